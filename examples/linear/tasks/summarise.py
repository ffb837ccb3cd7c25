"""Summarise a temperature series by day and add up its growing degree days.

---
inputs:
  series: {type: csv, description: "readings with columns time, temperature"}
outputs:
  --output: {type: json, description: "degree days, and minimum, mean and maximum of every day"}
args:
  --base-temperature: {type: float, default: 10.0, description: "warmth below it does not count towards growth"}
---
"""

import argparse
import csv
import json
import math
import statistics
import sys


def read_days(path):
    """The temperatures of every day, by date."""
    days = {}
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, restval="")
        for column in ("time", "temperature"):
            if column not in (reader.fieldnames or []):
                raise ValueError(f"{path}: no column '{column}'")
        for row in reader:
            date, _, _ = row["time"].partition("T")
            temperature = number(row["temperature"], f"{path}:{reader.line_num}")
            days.setdefault(date, []).append(temperature)
    if not days:
        raise ValueError(f"{path}: no readings")
    return days


def number(text, place):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{place}: temperature {text!r} is not a number")
    return value


def main():
    parser = argparse.ArgumentParser(description="Summarise a temperature series by day.")
    parser.add_argument("series", help="CSV file with columns time, temperature")
    parser.add_argument("--output", required=True, help="JSON file to write: degree days and daily values")
    parser.add_argument("--base-temperature", type=float, default=10.0,
                        help="warmth below it does not count towards growth (default: 10.0)")
    args = parser.parse_args()
    if not math.isfinite(args.base_temperature):
        raise ValueError(f"--base-temperature must be a finite number, not {args.base_temperature}")

    days = read_days(args.series)
    means = {date: statistics.fmean(values) for date, values in days.items()}
    degree_days = math.fsum(max(0.0, mean - args.base_temperature) for mean in means.values())
    summary = {
        "base_temperature": args.base_temperature,
        "growing_degree_days": round(degree_days, 2),
        "days": [
            {"date": date, "readings": len(values), "min": min(values),
             "mean": round(means[date], 2), "max": max(values)}
            for date, values in days.items()
        ],
    }
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(summary, file, indent=2)
        file.write("\n")

    print(f"{len(days)} days, {degree_days:.2f} growing degree days above {args.base_temperature} degrees")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, csv.Error) as error:
        sys.exit(f"summarise.py: {error}")
