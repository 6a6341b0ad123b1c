"""Reads a percentile table as HdrHistogram's plotter does: of each line with four columns the first is the value and the
last 1/(1-percentile). Prints the points and the numbers of the foot, as JSON."""
import json
import re
import sys

lines = open(sys.argv[1]).read().split("\n")
points = []
for line in lines:
    columns = re.split(r"[ ]+", line.strip())
    if line.strip()[:1] == "#" or len(columns) != 4:
        continue
    try:
        value, percentile, count, place = map(float, columns)
    except ValueError:
        # the names of the columns
        continue
    # the plotter's axis is the place: it has to be that of the percentile, as written
    assert abs(place - 1 / (1 - percentile)) <= 0.005 + 1e-6 * place, line
    points.append([value, percentile, count])
foot = dict(
    (name.strip(), float(number))
    for line in lines if line.startswith("#[")
    for name, number in (part.split("=") for part in line.strip("#[]").split(","))
)
whole = [line.split() for line in lines if line.strip() and line[0] != "#"][-1]
json.dump({"points": points, "foot": foot, "whole": [float(column) for column in whole]}, sys.stdout)
