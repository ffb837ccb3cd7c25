"""Find the heartbeats of an ECG: peaks that stand out from the drifting baseline.

---
inputs:
  ecg: {type: csv, description: "samples with columns time (s), voltage (mV)"}
outputs:
  --output: {type: csv, description: "the time of every beat, in seconds"}
args:
  --threshold: {type: float, default: 0.5, description: "how far above the baseline a peak must rise, in mV"}
---
"""

import argparse
import csv
import math
import sys
from statistics import median

BASELINE_REACH = 50  # samples on either side that make up the baseline
DEAD_TIME = 0.3  # seconds after a beat in which no heart beats again


def read_column(path, name):
    """The named column of a CSV file, as numbers."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, restval="")
        if name not in (reader.fieldnames or []):
            raise ValueError(f"{path}: no column '{name}'")
        return [number(row[name], f"{path}:{reader.line_num}: {name}") for row in reader]


def number(text, place):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{place} {text!r} is not a number")
    return value


def above_baseline(voltage):
    """The voltage with its slow drift, the local median, taken away."""
    return [
        value - median(voltage[max(0, i - BASELINE_REACH):i + BASELINE_REACH + 1])
        for i, value in enumerate(voltage)
    ]


def find_beats(times, voltage, threshold):
    height = above_baseline(voltage)
    peaks = [i for i in range(1, len(height) - 1)
             if height[i] >= threshold and height[i - 1] < height[i] >= height[i + 1]]
    beats = []
    for i in sorted(peaks, key=lambda i: -height[i]):  # a high peak outdoes the lower ones near it
        if all(abs(times[i] - beat) > DEAD_TIME for beat in beats):
            beats.append(times[i])
    return sorted(beats)


def main():
    parser = argparse.ArgumentParser(description="Find the heartbeats of an ECG.")
    parser.add_argument("ecg", help="CSV file with columns time, voltage")
    parser.add_argument("--output", required=True, help="CSV file to write: the time of every beat")
    parser.add_argument("--threshold", type=float, default=0.5,
                        help="how far above the baseline a peak must rise, in mV (default: 0.5)")
    args = parser.parse_args()
    if not args.threshold > 0:
        raise ValueError(f"--threshold must be above 0, not {args.threshold}")

    times = read_column(args.ecg, "time")
    voltage = read_column(args.ecg, "voltage")
    if not times:
        raise ValueError(f"{args.ecg}: no samples")
    beats = find_beats(times, voltage, args.threshold)

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time"])
        writer.writerows([f"{beat:.2f}"] for beat in beats)

    print(f"{len(beats)} beats in {times[-1] - times[0]:.0f} s")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, csv.Error) as error:
        sys.exit(f"detect_beats.py: {error}")
