-- Format 4: how many of a second's exchanges are MySQL; null in recordings of earlier formats.
ALTER TABLE rate ADD COLUMN mysql INTEGER;
