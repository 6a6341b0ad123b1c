-- Format 2: a recording says whether its secrets were stored as they were captured.
ALTER TABLE recording ADD COLUMN raw INTEGER NOT NULL DEFAULT 0;
