"""Make two half moons of points that reach into each other, with noise: a set to learn from, and two to judge by.

---
outputs:
  --output: {type: csv, description: "columns set (train, validation, test), x, y, label"}
args:
  --noise: {type: float, default: 0.2, description: "standard deviation of the noise; a moon has the radius 1"}
  --seed: {type: int, default: 7, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import math
import random
import sys

SIZES = {"train": 160, "validation": 200, "test": 400}


def draw(rng, noise):
    """A point of one of the moons, and which one."""
    label, angle = rng.randrange(2), rng.uniform(0, math.pi)
    x, y = (math.cos(angle), math.sin(angle)) if label == 0 else (1 - math.cos(angle), 0.5 - math.sin(angle))
    return x + rng.gauss(0, noise), y + rng.gauss(0, noise), label


def main():
    parser = argparse.ArgumentParser(description="Make two half moons of points.")
    parser.add_argument("--output", required=True, help="CSV file to write: set, x, y, label")
    parser.add_argument("--noise", type=float, default=0.2, help="standard deviation of the noise (default: 0.2)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the random numbers (default: 7)")
    args = parser.parse_args()
    if not 0 <= args.noise < math.inf:
        raise ValueError(f"--noise must be 0 or more, not {args.noise:g}")

    rng = random.Random(args.seed)
    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["set", "x", "y", "label"])
        for name, size in SIZES.items():
            for _ in range(size):
                x, y, label = draw(rng, args.noise)
                writer.writerow([name, f"{x:.4f}", f"{y:.4f}", label])

    print(", ".join(f"{size} {name}" for name, size in SIZES.items()) + f" -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"make_moons.py: {error}")
