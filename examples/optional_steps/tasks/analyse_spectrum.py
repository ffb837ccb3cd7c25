"""Split the variability of the heart rate into its slow part and the part that follows breathing.

---
inputs:
  beats: {type: csv, description: "the time of every beat, in seconds"}
outputs:
  --output: {type: json, description: "power of both bands, their ratio, and the frequency of the peak"}
---
"""

import argparse
import cmath
import csv
import json
import math
import sys
from statistics import fmean

RATE = 4  # values a second, after the intervals were put on an even grid
LOW, HIGH = (0.04, 0.15), (0.15, 0.40)  # Hz


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


def even_intervals(times):
    """The time between beats in ms, interpolated to RATE values a second, without its mean."""
    intervals = [1000 * (later - earlier) for earlier, later in zip(times, times[1:])]
    ends = times[1:]
    grid, k = [], 0
    for i in range(int((ends[-1] - ends[0]) * RATE)):
        time = ends[0] + i / RATE
        while ends[k + 1] < time:
            k += 1
        share = (time - ends[k]) / (ends[k + 1] - ends[k])
        grid.append(intervals[k] + share * (intervals[k + 1] - intervals[k]))
    mean = fmean(grid)
    return [value - mean for value in grid]


def power(values, k):
    """The power, in ms², that a Fourier transform finds at k cycles per recording."""
    n = len(values)
    return 2 * abs(sum(value * cmath.exp(-2j * math.pi * k * i / n) for i, value in enumerate(values)) / n) ** 2


def main():
    parser = argparse.ArgumentParser(description="Split heart rate variability into a slow and a fast part.")
    parser.add_argument("beats", help="CSV file with a column time")
    parser.add_argument("--output", required=True, help="JSON file to write: power of both bands")
    args = parser.parse_args()

    times = read_times(args.beats)
    if len(times) < 3 or times[-1] - times[1] < 30:
        raise ValueError(f"{args.beats}: less than 30 s of beats are too few for a spectrum")
    values = even_intervals(times)
    length = len(values) / RATE
    spectrum = {k / length: power(values, k) for k in range(1, int(HIGH[1] * length) + 1)}

    def band(low, high):
        return math.fsum(part for frequency, part in spectrum.items() if low <= frequency < high)

    low, high = band(*LOW), band(*HIGH)
    result = {
        "seconds": length,
        "low_band_ms2": round(low, 1),
        "high_band_ms2": round(high, 1),
        "ratio": round(low / high, 3) if high else None,
        "peak_hz": round(max(spectrum, key=spectrum.get), 3),
    }
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")

    print("low {low_band_ms2} ms^2, high {high_band_ms2} ms^2, peak at {peak_hz} Hz".format(**result))


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, csv.Error) as error:
        sys.exit(f"analyse_spectrum.py: {error}")
