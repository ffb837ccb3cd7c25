"""Compare the pitches of all strings with what they should be.

---
inputs:
  pitches: {type: data_folder, description: "one CSV file a string, written by measure_pitch.py"}
outputs:
  --output: {type: csv, description: "a row per string: nominal and measured frequency, cents, advice"}
args:
  --tolerance: {type: float, default: 5, description: "this many cents off is in tune"}
---
"""

import argparse
import csv
import math
import os
import sys

NOMINAL = {"E2": 82.41, "A2": 110.0, "D3": 146.83, "G3": 196.0, "B3": 246.94, "E4": 329.63}  # Hz


def read_frequency(path):
    with open(path, newline="", encoding="utf-8") as file:
        try:
            return float(next(csv.DictReader(file))["frequency"])
        except (KeyError, StopIteration, TypeError, ValueError):
            raise ValueError(f"{path}: not a result of measure_pitch.py") from None


def main():
    parser = argparse.ArgumentParser(description="Compare the pitches of all strings with what they should be.")
    parser.add_argument("pitches", help="folder with a CSV file per string")
    parser.add_argument("--output", required=True, help="CSV file to write")
    parser.add_argument("--tolerance", type=float, default=5, help="this many cents off is in tune (default: 5)")
    args = parser.parse_args()

    rows = []
    for string, nominal in NOMINAL.items():
        path = os.path.join(args.pitches, f"{string}.csv")
        if not os.path.exists(path):
            continue
        measured = read_frequency(path)
        cents = 1200 * math.log2(measured / nominal)
        advice = "in tune" if abs(cents) <= args.tolerance else "loosen" if cents > 0 else "tighten"
        rows.append((string, nominal, measured, cents, advice))
    if not rows:
        raise ValueError(f"{args.pitches}: no pitch of a string in it")

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["string", "nominal_hz", "measured_hz", "cents", "advice"])
        writer.writerows((s, f"{n:.2f}", f"{m:.2f}", f"{c:.1f}", a) for s, n, m, c, a in rows)

    print("string  should be  measured   cents")
    for string, nominal, measured, cents, advice in rows:
        print(f"{string:<6}{nominal:>11.2f}{measured:>10.2f}{cents:>+8.1f}  {advice}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"compare_tuning.py: {error}")
