-- Format 1. Described in store/FORMAT.md; change it by adding 0002.sql, never by editing this.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recording (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    complete INTEGER NOT NULL DEFAULT 0,
    writer TEXT,
    written_at_ms INTEGER NOT NULL,
    started_at_ns INTEGER NOT NULL,
    duration_us INTEGER NOT NULL DEFAULT 0,
    connections INTEGER NOT NULL DEFAULT 0,
    http_exchanges INTEGER NOT NULL DEFAULT 0,
    mysql_exchanges INTEGER NOT NULL DEFAULT 0,
    captured_bytes INTEGER NOT NULL DEFAULT 0,
    stored_bytes INTEGER NOT NULL DEFAULT 0,
    messages TEXT NOT NULL DEFAULT '{}',
    loss TEXT NOT NULL DEFAULT '{}',
    redacted TEXT NOT NULL DEFAULT '{}',
    latency BLOB,
    first_byte BLOB,
    deleted_at_ms INTEGER
) STRICT;

-- A name in the bin is free again.
CREATE UNIQUE INDEX recording_name ON recording (name) WHERE deleted_at_ms IS NULL;

CREATE TABLE connection (
    recording INTEGER NOT NULL,
    id INTEGER NOT NULL,
    client TEXT NOT NULL,
    server TEXT NOT NULL,
    opened_us INTEGER NOT NULL,
    midstream INTEGER NOT NULL,
    closed_us INTEGER,
    close TEXT,
    spoken TEXT,
    mysql_session TEXT,
    PRIMARY KEY (recording, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE server (
    recording INTEGER NOT NULL,
    host TEXT NOT NULL,
    PRIMARY KEY (recording, host)
) STRICT, WITHOUT ROWID;

CREATE TABLE operation (
    recording INTEGER NOT NULL,
    id INTEGER NOT NULL,
    protocol INTEGER NOT NULL,
    text TEXT NOT NULL,
    exchanges INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0,
    latency BLOB,
    first_byte BLOB,
    PRIMARY KEY (recording, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE rate (
    recording INTEGER NOT NULL,
    second INTEGER NOT NULL,
    exchanges INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    PRIMARY KEY (recording, second)
) STRICT, WITHOUT ROWID;

CREATE TABLE exchange (
    recording INTEGER NOT NULL,
    id INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    protocol INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    at_us INTEGER NOT NULL,
    request_last_us INTEGER NOT NULL,
    response_first_us INTEGER,
    response_last_us INTEGER,
    status INTEGER,
    flags INTEGER NOT NULL,
    statement INTEGER,
    request_bytes INTEGER,
    request_kept INTEGER,
    request_segment INTEGER,
    request_offset INTEGER,
    response_bytes INTEGER,
    response_kept INTEGER,
    response_segment INTEGER,
    response_offset INTEGER,
    summary TEXT NOT NULL,
    PRIMARY KEY (recording, id)
) STRICT, WITHOUT ROWID;

-- id = recording * 2^32 + number, in both.
CREATE TABLE request_segment (
    id INTEGER PRIMARY KEY,
    length INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE TABLE response_segment (
    id INTEGER PRIMARY KEY,
    length INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;

CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    recording INTEGER NOT NULL,
    recording_name TEXT NOT NULL,
    seed TEXT NOT NULL,
    state TEXT,
    writer TEXT,
    written_at_ms INTEGER NOT NULL,
    started_at_ns INTEGER NOT NULL,
    samples INTEGER NOT NULL DEFAULT 0,
    plan TEXT NOT NULL,
    summary TEXT,
    deleted_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX run_name ON run (name) WHERE deleted_at_ms IS NULL;

CREATE TABLE run_operation (
    run INTEGER NOT NULL,
    id INTEGER NOT NULL,
    protocol INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (run, id)
) STRICT, WITHOUT ROWID;

-- id = run * 2^32 + number, in all three.
CREATE TABLE tick (
    id INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;
CREATE TABLE run_event (
    id INTEGER PRIMARY KEY,
    at_us INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE TABLE sample_block (
    id INTEGER PRIMARY KEY,
    samples INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;

CREATE TABLE allowed_target (
    host TEXT PRIMARY KEY,
    allowed_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
