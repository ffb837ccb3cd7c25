"""Simulate a minute of a seismometer: the restless ground, and an earthquake in the neighbourhood.

---
outputs:
  --output: {type: csv, description: "columns time in seconds, counts"}
args:
  --magnitude: {type: float, default: 3.0, description: "local magnitude of the earthquake"}
  --distance: {type: float, default: 60, description: "how far away it is, in km"}
  --seed: {type: int, default: 8, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import math
import random
import sys

RATE, SECONDS = 50, 60
ORIGIN = 10.0  # when the earth quakes, in seconds from the beginning
P_SPEED, S_SPEED = 6.0, 3.46  # km/s
COUNTS_PER_MM = 1000  # of the Wood-Anderson seismograph by which the local magnitude is defined
NOISE = 20.0


def amplitude(magnitude, distance):
    """The greatest amplitude in counts (Hutton and Boore, 1987)."""
    damping = 1.110 * math.log10(distance / 100) + 0.00189 * (distance - 100) + 3.0
    return COUNTS_PER_MM * 10 ** (magnitude - damping)


def main():
    parser = argparse.ArgumentParser(description="Simulate a minute of a seismometer.")
    parser.add_argument("--output", required=True, help="CSV file to write: time, counts")
    parser.add_argument("--magnitude", type=float, default=3.0, help="local magnitude (default: 3.0)")
    parser.add_argument("--distance", type=float, default=60, help="how far away it is, in km (default: 60)")
    parser.add_argument("--seed", type=int, default=8, help="seed of the random numbers (default: 8)")
    args = parser.parse_args()
    if not 10 <= args.distance <= 150:
        raise ValueError(f"--distance must lie between 10 and 150 km, not be {args.distance:g}")

    rng = random.Random(args.seed)
    strongest = amplitude(args.magnitude, args.distance)
    waves = [(ORIGIN + args.distance / speed, strongest * share, decay)
             for speed, share, decay in ((P_SPEED, 0.25, 2.5), (S_SPEED, 1.0, 5.0))]
    ground, rows = 0.0, []
    for i in range(RATE * SECONDS):
        now = i / RATE
        ground = 0.8 * ground + rng.gauss(0, 0.6 * NOISE)  # noise with a memory, as the sea makes it
        value = ground
        for arrival, height, decay in waves:
            since = now - arrival
            if since > 0:
                rise = min(1.0, since / 0.3)
                value += height * rise * math.exp(-since / decay) * math.sin(2 * math.pi * 3.0 * since)
        rows.append((f"{now:.2f}", round(value)))

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", "counts"])
        writer.writerows(rows)

    print(f"{SECONDS} s, strongest motion {max(abs(value) for _, value in rows)} counts -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, OverflowError) as error:
        sys.exit(f"record.py: {error}")
