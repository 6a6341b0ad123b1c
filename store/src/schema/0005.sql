-- Format 5: plans kept under a name, to be run again.
CREATE TABLE plan (
    name TEXT NOT NULL PRIMARY KEY,
    recording_name TEXT NOT NULL,
    saved_at_ns INTEGER NOT NULL,
    plan TEXT NOT NULL
) STRICT, WITHOUT ROWID;
