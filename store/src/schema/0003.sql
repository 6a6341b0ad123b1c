-- Format 3: rows of exchanges are packed, as samples are; what format 2 had in the table `exchange` is
-- packed by src/file/migrate/exchange_rows.rs.

-- id = recording * 2^32 + the id of its first exchange; the ids of a block follow each other.
CREATE TABLE exchange_block (
    id INTEGER PRIMARY KEY,
    exchanges INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
