"""Simulate a weather station that sends one air temperature an hour, with the faults such stations have.

---
outputs:
  --output: {type: csv, description: "hourly readings with columns time, temperature; empty where one is missing"}
args:
  --days: {type: int, default: 14, description: "length of the series"}
  --seed: {type: int, default: 2, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import math
import random
import sys
from datetime import datetime, timedelta

START = datetime(2024, 5, 1)
GAP_SHARE = 0.03
SPIKE_SHARE = 0.02


def true_temperature(hour):
    """A spring that warms by 0.3 degrees a day, coldest at three in the morning."""
    return 9.0 + 0.3 * hour / 24 - 5.0 * math.cos(2 * math.pi * (hour - 3) / 24)


def reading(rng, hour):
    """What the station sends: the temperature with some noise, at times a spike, at times nothing."""
    fault = rng.random()
    value = rng.gauss(true_temperature(hour), 0.4)
    if fault < GAP_SHARE:
        return ""
    if fault < GAP_SHARE + SPIKE_SHARE:
        value += rng.choice([-1, 1]) * rng.uniform(10, 30)
    return f"{value:.2f}"


def main():
    parser = argparse.ArgumentParser(description="Simulate a weather station that sends one air temperature an hour.")
    parser.add_argument("--output", required=True, help="CSV file to write: time, temperature")
    parser.add_argument("--days", type=int, default=14, help="length of the series (default: 14)")
    parser.add_argument("--seed", type=int, default=2, help="seed of the random numbers (default: 2)")
    args = parser.parse_args()
    if args.days < 1:
        raise ValueError(f"--days must be at least 1, not {args.days}")

    rng = random.Random(args.seed)
    readings = [reading(rng, hour) for hour in range(24 * args.days)]

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", "temperature"])
        for hour, value in enumerate(readings):
            writer.writerow([(START + timedelta(hours=hour)).isoformat(timespec="minutes"), value])

    print(f"{len(readings)} hours, {readings.count('')} without a reading -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, OverflowError) as error:
        sys.exit(f"measure.py: {error}")
