"""Whether an earthquake is in a trace: somewhere, the last moments are much stronger than the time before.

---
kind: condition
inputs:
  trace: {type: csv, description: "columns time, counts"}
args:
  short: {type: float, default: 1.0, description: "the last moments, in seconds"}
  long: {type: float, default: 10.0, description: "the time before, in seconds"}
  ratio: {type: float, default: 4.0, description: "so many times stronger, on average, is an earthquake"}
---
"""

import csv


def evaluate(trace, short=1.0, long=10.0, ratio=4.0):
    with open(trace, newline="", encoding="utf-8") as file:
        rows = [(float(row["time"]), abs(float(row["counts"]))) for row in csv.DictReader(file)]
    rate = (len(rows) - 1) / (rows[-1][0] - rows[0][0])
    few, many = round(short * rate), round(long * rate)
    sums = [0.0]
    for _, value in rows:
        sums.append(sums[-1] + value)
    return any(
        (sums[i] - sums[i - few]) / few > ratio * (sums[i - few] - sums[i - few - many]) / many
        for i in range(few + many, len(sums))
    )
