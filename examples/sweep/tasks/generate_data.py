"""Make a labelled data set for a binary classifier: a true label and a noisy score per sample.

---
outputs:
  --output: {type: csv, description: "labelled samples with columns id, score, label"}
args:
  --samples: {type: int, default: 500, description: "how many samples to make"}
  --seed: {type: int, default: 42, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import random
import sys

POSITIVE_SHARE = 0.4
MEAN_SCORE = {0: 0.35, 1: 0.65}
SPREAD = 0.18


def draw(rng):
    """One sample: its score, between 0 and 1, and its true label."""
    label = int(rng.random() < POSITIVE_SHARE)
    score = rng.gauss(MEAN_SCORE[label], SPREAD)
    return min(max(score, 0.0), 1.0), label


def main():
    parser = argparse.ArgumentParser(description="Make a labelled data set for a binary classifier.")
    parser.add_argument("--output", required=True, help="CSV file to write: id, score, label")
    parser.add_argument("--samples", type=int, default=500, help="how many samples to make (default: 500)")
    parser.add_argument("--seed", type=int, default=42, help="seed of the random numbers (default: 42)")
    args = parser.parse_args()
    if args.samples < 1:
        raise ValueError(f"--samples must be at least 1, not {args.samples}")

    rng = random.Random(args.seed)
    samples = [draw(rng) for _ in range(args.samples)]

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "score", "label"])
        for number, (score, label) in enumerate(samples, start=1):
            writer.writerow([number, f"{score:.4f}", label])

    positives = sum(label for _, label in samples)
    print(f"{args.samples} samples, {positives} of them positive -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"generate_data.py: {error}")
