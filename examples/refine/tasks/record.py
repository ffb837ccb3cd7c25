"""Simulate the tone of a tuning fork that was struck once.

---
outputs:
  --output: {type: csv, description: "columns time in seconds, deflection"}
args:
  --frequency: {type: float, default: 441.3, description: "in Hz"}
  --decay: {type: float, default: 0.4, description: "after so many seconds a third is left"}
  --noise: {type: float, default: 0.2, description: "standard deviation of the noise; the tone begins at 1"}
  --seed: {type: int, default: 2, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import random
import sys

from ringing import tone

RATE, SAMPLES, PHASE = 4000, 4000, 0.7


def main():
    parser = argparse.ArgumentParser(description="Simulate the tone of a tuning fork.")
    parser.add_argument("--output", required=True, help="CSV file to write: time, deflection")
    parser.add_argument("--frequency", type=float, default=441.3, help="in Hz (default: 441.3)")
    parser.add_argument("--decay", type=float, default=0.4, help="after so many seconds a third is left (default: 0.4)")
    parser.add_argument("--noise", type=float, default=0.2, help="standard deviation of the noise (default: 0.2)")
    parser.add_argument("--seed", type=int, default=2, help="seed of the random numbers (default: 2)")
    args = parser.parse_args()
    if args.decay <= 0:
        raise ValueError(f"--decay must be more than 0, not {args.decay:g}")

    rng = random.Random(args.seed)
    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", "deflection"])
        for i in range(SAMPLES):
            value = tone(i / RATE, 1.0, args.decay, args.frequency, PHASE) + rng.gauss(0, args.noise)
            writer.writerow([f"{i / RATE:.5f}", f"{value:.4f}"])

    print(f"{SAMPLES / RATE:g} s of a tuning fork -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"record.py: {error}")
