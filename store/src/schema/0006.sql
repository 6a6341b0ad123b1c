-- Format 6: what a person wrote beside a recording or a run; tags are a JSON array of words.
ALTER TABLE recording ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE recording ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
