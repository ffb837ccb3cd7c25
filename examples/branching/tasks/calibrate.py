"""Turn the counts of a trace into micrometres per second.

---
inputs:
  trace: {type: csv, description: "columns time, counts"}
  response: {type: json, description: "an entry counts_per_m_per_s"}
outputs:
  --output: {type: csv, description: "columns time, velocity in um/s"}
---
"""

import argparse
import csv
import json
import sys


def main():
    parser = argparse.ArgumentParser(description="Turn counts into micrometres per second.")
    parser.add_argument("trace", help="CSV file with columns time, counts")
    parser.add_argument("response", help="JSON file with an entry counts_per_m_per_s")
    parser.add_argument("--output", required=True, help="CSV file to write: time, velocity")
    args = parser.parse_args()

    with open(args.response, encoding="utf-8") as file:
        try:
            micrometres = 1e6 / float(json.load(file)["counts_per_m_per_s"])
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            raise ValueError(f"{args.response}: no number counts_per_m_per_s in it") from None
    with open(args.trace, newline="", encoding="utf-8") as file:
        try:
            rows = [(row["time"], float(row["counts"]) * micrometres) for row in csv.DictReader(file)]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{args.trace}: not a trace: {error}") from None
    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", "velocity"])
        writer.writerows((time, f"{velocity:.5f}") for time, velocity in rows)

    print(f"strongest motion {max(abs(velocity) for _, velocity in rows):.2f} micrometres a second")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"calibrate.py: {error}")
