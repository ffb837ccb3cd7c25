"""Work out the heart rate and how much it varies from beat to beat.

---
inputs:
  beats: {type: csv, description: "the time of every beat, in seconds"}
outputs:
  --output: {type: json, description: "mean heart rate, SDNN and RMSSD"}
---
"""

import argparse
import csv
import json
import math
import sys
from statistics import fmean, stdev


def read_times(path):
    """The time of every beat, in seconds, rising."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, restval="")
        if "time" not in (reader.fieldnames or []):
            raise ValueError(f"{path}: no column 'time'")
        times = [number(row["time"], f"{path}:{reader.line_num}") for row in reader]
    if any(later <= earlier for earlier, later in zip(times, times[1:])):
        raise ValueError(f"{path}: the times do not rise")
    return times


def number(text, place):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{place}: time {text!r} is not a number")
    return value


def main():
    parser = argparse.ArgumentParser(description="Work out the heart rate and how much it varies.")
    parser.add_argument("beats", help="CSV file with a column time")
    parser.add_argument("--output", required=True, help="JSON file to write: heart rate, SDNN and RMSSD")
    args = parser.parse_args()

    times = read_times(args.beats)
    if len(times) < 3:
        raise ValueError(f"{args.beats}: {len(times)} beats are too few for a heart rate")
    intervals = [1000 * (later - earlier) for earlier, later in zip(times, times[1:])]
    changes = [later - earlier for earlier, later in zip(intervals, intervals[1:])]
    result = {
        "beats": len(times),
        "heart_rate_per_min": round(60000 / fmean(intervals), 1),
        "sdnn_ms": round(stdev(intervals), 1),
        "rmssd_ms": round(math.sqrt(fmean(change ** 2 for change in changes)), 1),
    }
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")

    print("{heart_rate_per_min} beats a minute, SDNN {sdnn_ms} ms, RMSSD {rmssd_ms} ms".format(**result))


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, csv.Error) as error:
        sys.exit(f"measure_heart_rate.py: {error}")
