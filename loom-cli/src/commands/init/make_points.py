"""Make points along a line, with noise.

---
outputs:
  --output: {type: csv, description: "points with columns x, y"}
args:
  --count: {type: int, default: 100, description: how many points}
  --noise: {type: float, default: 1.0, description: standard deviation of y around the line}
  --seed: {type: int, default: 1, description: start of the random numbers}
---
"""

import argparse
import csv
import random


def main():
    parser = argparse.ArgumentParser(description="Make points along a line, with noise.")
    parser.add_argument("--output", required=True)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--noise", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    numbers = random.Random(args.seed)
    with open(args.output, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["x", "y"])
        for index in range(args.count):
            x = index / 10
            table.writerow([x, round(2 * x + 1 + numbers.gauss(0, args.noise), 6)])
    print(f"{args.count} points -> {args.output}")


if __name__ == "__main__":
    main()
