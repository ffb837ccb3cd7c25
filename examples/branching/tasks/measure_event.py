"""Measure an earthquake: when its P and S waves arrive, how far away it is, how strong.

---
inputs:
  trace: {type: csv, description: "columns time, counts"}
outputs:
  --output: {type: json, description: "p_arrival, s_arrival, distance_km, magnitude"}
args:
  --ratio: {type: float, default: 4.0, description: "so many times stronger than before is an arrival"}
---
"""

import argparse
import csv
import json
import math
import sys

WINDOW = 0.5  # s
KM_PER_SECOND = 6.0 * 3.46 / (6.0 - 3.46)  # by so much does the S wave fall behind the P wave
COUNTS_PER_MM = 1000


def read_trace(path):
    with open(path, newline="", encoding="utf-8") as file:
        try:
            rows = [(float(row["time"]), float(row["counts"])) for row in csv.DictReader(file)]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a trace: {error}") from None
    if len(rows) < 2:
        raise ValueError(f"{path}: too short")
    return rows


def strengths(rows, width):
    """For each moment: how strong the motion is in the window behind it, and in the one before it."""
    sums = [0.0]
    for _, value in rows:
        sums.append(sums[-1] + abs(value))
    return [((sums[i + width] - sums[i]) / width, (sums[i] - sums[i - width]) / width, rows[i][0])
            for i in range(width, len(rows) - width)]


def main():
    parser = argparse.ArgumentParser(description="Measure an earthquake.")
    parser.add_argument("trace", help="CSV file with columns time, counts")
    parser.add_argument("--output", required=True, help="JSON file to write")
    parser.add_argument("--ratio", type=float, default=4.0,
                        help="so many times stronger than before is an arrival (default: 4.0)")
    args = parser.parse_args()

    rows = read_trace(args.trace)
    rate = (len(rows) - 1) / (rows[-1][0] - rows[0][0])
    windows = strengths(rows, round(WINDOW * rate))
    quiet = sorted(before for _, before, _ in windows)[len(windows) // 10]
    p_arrival = next((time for after, _, time in windows if after > args.ratio * quiet), None)
    if p_arrival is None:
        raise ValueError(f"{args.trace}: no arrival in it")
    # The S wave is the sharpest rise after the P wave, in counts rather than as a ratio: it is the stronger one.
    rises = ((after - before, time) for after, before, time in windows if time > p_arrival + 1)
    s_arrival = max(rises, default=(0, 0))[1]
    distance = (s_arrival - p_arrival) * KM_PER_SECOND
    if distance <= 0:
        raise ValueError(f"{args.trace}: no S wave behind the P wave")
    strongest = max(abs(value) for _, value in rows) / COUNTS_PER_MM
    magnitude = math.log10(strongest) + 1.110 * math.log10(distance / 100) + 0.00189 * (distance - 100) + 3.0

    result = {
        "p_arrival": round(p_arrival, 2),
        "s_arrival": round(s_arrival, 2),
        "distance_km": round(distance, 1),
        "magnitude": round(magnitude, 2),
    }
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")

    print(f"P at {p_arrival:.1f} s, S at {s_arrival:.1f} s: magnitude {result['magnitude']:.1f}, "
          f"{distance:.0f} km away")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"measure_event.py: {error}")
