"""Simulate an ECG: a heart that breathing speeds up and slows down, a drifting baseline, some noise.

---
outputs:
  --output: {type: csv, description: "one sample every 10 ms: time in seconds, voltage in mV"}
args:
  --seconds: {type: int, default: 60, description: "length of the recording"}
  --seed: {type: int, default: 3, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import math
import random
import sys

RATE = 100  # samples a second
WAVES = ((-0.17, 0.12, 0.030), (0.0, 1.0, 0.012), (0.25, 0.25, 0.045))  # P, R, T: delay in s, height in mV, width in s


def beat_times(rng, seconds):
    """When the heart beats: about 70 times a minute, in step with 15 breaths a minute."""
    times, time = [], 0.5
    while time < seconds:
        times.append(time)
        time += 0.85 + 0.05 * math.sin(2 * math.pi * 0.25 * time) + rng.gauss(0, 0.015)
    return times


def record(rng, seconds):
    """The voltage of every sample."""
    voltage = [
        0.3 * math.sin(2 * math.pi * 0.08 * i / RATE) + rng.gauss(0, 0.03)
        for i in range(seconds * RATE)
    ]
    for time in beat_times(rng, seconds):
        first, last = int((time - 0.4) * RATE), int((time + 0.5) * RATE)
        for i in range(max(0, first), min(last, len(voltage))):
            for delay, height, width in WAVES:
                voltage[i] += height * math.exp(-((i / RATE - time - delay) / width) ** 2 / 2)
    return voltage


def main():
    parser = argparse.ArgumentParser(description="Simulate an ECG.")
    parser.add_argument("--output", required=True, help="CSV file to write: time, voltage")
    parser.add_argument("--seconds", type=int, default=60, help="length of the recording (default: 60)")
    parser.add_argument("--seed", type=int, default=3, help="seed of the random numbers (default: 3)")
    args = parser.parse_args()
    if args.seconds < 1:
        raise ValueError(f"--seconds must be at least 1, not {args.seconds}")

    voltage = record(random.Random(args.seed), args.seconds)

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", "voltage"])
        writer.writerows((f"{i / RATE:.2f}", f"{value:.3f}") for i, value in enumerate(voltage))

    print(f"{args.seconds} s of ECG, {len(voltage)} samples -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"record_ecg.py: {error}")
