"""Reads the tables of a run with Python's csv module, every row with every column. Prints what their numbers come to, as
JSON."""
import csv
import json
import sys


def rows(path):
    with open(path, newline="") as file:
        reader = csv.DictReader(file, restkey="too many", strict=True)
        found = list(reader)
    for row in found:
        assert "too many" not in row and None not in row.values(), row
    return found


def total(table, column):
    return sum(int(row[column]) for row in table)


ticks, operations, samples = map(rows, sys.argv[1:4])
OUTCOMES = ["ok", "mismatch", "error_reply", "timeout", "refused", "reset", "truncated", "unfinished"]
ended = {outcome: sum(1 for row in samples if row["outcome"] == outcome) for outcome in OUTCOMES}
response = sorted(
    int(row["done_us"]) - int(row["intended_us"])
    for row in samples
    if (row["first_byte_us"] or row["outcome"] == "timeout") and "setup" not in row["flags"].split("|")
)
for row in samples:
    times = [row[name] for name in ("intended_us", "ready_us", "sent_us", "first_byte_us", "done_us") if row[name]]
    assert list(map(int, times)) == sorted(map(int, times)), row
json.dump({
    "ticks": {name: total(ticks, name) for name in ["planned", "sent", *OUTCOMES]},
    "operations": {row["operation"]: int(row["sent"]) for row in operations},
    "operation_outcomes": {name: total(operations, name) for name in OUTCOMES},
    "samples": len(samples),
    "sample_outcomes": ended,
    "sample_operations": {name: sum(1 for row in samples if row["operation"] == name and "setup" not in row["flags"])
                          for name in {row["operation"] for row in samples}},
    "bytes": [total(samples, "sent_bytes"), total(samples, "received_bytes")],
    "response_max_us": response[-1],
    "response_p50_us": response[(len(response) + 1) // 2 - 1],
    "response_count": len(response),
}, sys.stdout)
