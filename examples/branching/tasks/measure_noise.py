"""Measure how restless the ground is while there is no earthquake.

---
inputs:
  trace: {type: csv, description: "columns time, counts"}
outputs:
  --output: {type: json, description: "rms and strongest motion, in counts"}
---
"""

import argparse
import csv
import json
import sys


def main():
    parser = argparse.ArgumentParser(description="Measure how restless the ground is.")
    parser.add_argument("trace", help="CSV file with columns time, counts")
    parser.add_argument("--output", required=True, help="JSON file to write")
    args = parser.parse_args()

    with open(args.trace, newline="", encoding="utf-8") as file:
        try:
            counts = [float(row["counts"]) for row in csv.DictReader(file)]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{args.trace}: not a trace: {error}") from None
    if not counts:
        raise ValueError(f"{args.trace}: empty")
    rms = (sum(value * value for value in counts) / len(counts)) ** 0.5
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump({"rms": round(rms, 1), "strongest": max(abs(value) for value in counts)}, file, indent=2)
        file.write("\n")

    print(f"all quiet: {rms:.1f} counts RMS")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"measure_noise.py: {error}")
