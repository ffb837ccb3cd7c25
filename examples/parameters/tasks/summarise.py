"""Tell how high a concentration rises and falls, and for how long it is in the therapeutic range.

---
inputs:
  curve: {type: csv, description: "time in hours, concentration in mg/L"}
outputs:
  --output: {type: json, description: "highest, lowest, mean, and the shares of time below, in and above the range"}
args:
  --range: {type: float, required: true, description: "lower and upper end of the therapeutic range, in mg/L"}
  --count-from: {type: float, default: 0, description: "leave out the hours before this one"}
  --analyst: {type: str, default: "", description: "who signs the report"}
---
"""

import argparse
import csv
import json
import sys


def read_curve(path, first):
    """The concentrations from this hour on."""
    with open(path, newline="", encoding="utf-8") as file:
        try:
            values = [float(row["concentration"]) for row in csv.DictReader(file) if float(row["time"]) >= first]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a curve of simulate.py: {error}") from None
    if not values:
        raise ValueError(f"{path}: nothing from hour {first:g} on")
    return values


def main():
    parser = argparse.ArgumentParser(description="Summarise the concentration of a drug in the blood.")
    parser.add_argument("curve", help="CSV file with columns time, concentration")
    parser.add_argument("--output", required=True, help="JSON file to write")
    parser.add_argument("--range", type=float, nargs=2, required=True, metavar=("LOW", "HIGH"),
                        help="therapeutic range, in mg/L")
    parser.add_argument("--count-from", type=float, default=0, help="leave out the hours before this one (default: 0)")
    parser.add_argument("--analyst", default="", help="who signs the report")
    args = parser.parse_args()
    low, high = args.range
    if low >= high:
        raise ValueError(f"--range must rise, not be {low:g} {high:g}")

    values = read_curve(args.curve, args.count_from)
    percent = {
        "below": sum(value < low for value in values) / len(values) * 100,
        "in_range": sum(low <= value <= high for value in values) / len(values) * 100,
        "above": sum(value > high for value in values) / len(values) * 100,
    }
    report = {
        "highest": round(max(values), 2),
        "lowest": round(min(values), 2),
        "mean": round(sum(values) / len(values), 2),
        "therapeutic_range": [low, high],
        "percent_of_time": {name: round(value, 1) for name, value in percent.items()},
        "counted_from_hour": args.count_from,
        "analyst": args.analyst,
    }
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(report, file, indent=2)
        file.write("\n")

    print(f"{report['lowest']:.1f} to {report['highest']:.1f} mg/L, mean {report['mean']:.1f}; "
          f"{percent['below']:.0f} % of the time too low, {percent['above']:.0f} % too high")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"summarise.py: {error}")
