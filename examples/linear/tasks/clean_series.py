"""Remove gaps and spikes: a reading stays if it is close to the median of the hours around it.

---
inputs:
  measurements: {type: csv, description: "hourly readings with columns time, temperature"}
outputs:
  --output: {type: csv, description: "the readings that were kept, same columns"}
args:
  --max-deviation: {type: float, default: 4.0, description: "largest distance from the local median, in degrees"}
---
"""

import argparse
import csv
import math
import statistics
import sys

REACH = 2  # readings on either side that make up the local median


def read_series(path):
    """The readings as pairs of time and temperature, and how many hours have none."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, restval="")
        for column in ("time", "temperature"):
            if column not in (reader.fieldnames or []):
                raise ValueError(f"{path}: no column '{column}'")
        series, gaps = [], 0
        for row in reader:
            if row["temperature"] == "":
                gaps += 1
                continue
            series.append((row["time"], number(row["temperature"], f"{path}:{reader.line_num}")))
    if not series:
        raise ValueError(f"{path}: no readings")
    return series, gaps


def number(text, place):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{place}: temperature {text!r} is not a number")
    return value


def without_spikes(series, max_deviation):
    kept = []
    for i, (time, value) in enumerate(series):
        around = [neighbour for _, neighbour in series[max(0, i - REACH):i + REACH + 1]]
        if abs(value - statistics.median(around)) <= max_deviation:
            kept.append((time, value))
    return kept


def main():
    parser = argparse.ArgumentParser(description="Remove gaps and spikes from a series of temperatures.")
    parser.add_argument("measurements", help="CSV file with columns time, temperature")
    parser.add_argument("--output", required=True, help="CSV file to write: the readings that were kept")
    parser.add_argument("--max-deviation", type=float, default=4.0,
                        help="largest distance from the local median, in degrees (default: 4.0)")
    args = parser.parse_args()
    if not args.max_deviation > 0:
        raise ValueError(f"--max-deviation must be above 0, not {args.max_deviation}")

    series, gaps = read_series(args.measurements)
    kept = without_spikes(series, args.max_deviation)

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", "temperature"])
        writer.writerows((time, f"{value:.2f}") for time, value in kept)

    print(f"{len(kept)} readings kept; left out: {gaps} gaps, {len(series) - len(kept)} spikes")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, csv.Error) as error:
        sys.exit(f"clean_series.py: {error}")
