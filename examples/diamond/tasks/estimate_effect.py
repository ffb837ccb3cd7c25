"""Estimate how much more the drug lowers blood pressure than placebo, with a bootstrap interval.

---
inputs:
  trial: {type: csv, description: "one patient a row: patient, arm, reduction in mmHg"}
outputs:
  --output: {type: json, description: "difference of means, its 95 % interval and Cohen's d"}
args:
  --resamples: {type: int, default: 2000, description: "bootstrap resamples"}
  --seed: {type: int, default: 1, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import json
import math
import random
import sys
from statistics import fmean, variance


def read_arms(path):
    """The reductions of the drug arm and of the placebo arm."""
    arms = {"drug": [], "placebo": []}
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, restval="")
        for column in ("arm", "reduction"):
            if column not in (reader.fieldnames or []):
                raise ValueError(f"{path}: no column '{column}'")
        for row in reader:
            place = f"{path}:{reader.line_num}"
            if row["arm"] not in arms:
                raise ValueError(f"{place}: arm {row['arm']!r} is neither drug nor placebo")
            arms[row["arm"]].append(number(row["reduction"], place))
    for arm, values in arms.items():
        if len(values) < 2:
            raise ValueError(f"{path}: fewer than 2 patients in the {arm} arm")
    return arms["drug"], arms["placebo"]


def number(text, place):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{place}: reduction {text!r} is not a number")
    return value


def difference(drug, placebo):
    return fmean(drug) - fmean(placebo)


def bootstrap_interval(drug, placebo, resamples, rng):
    """The middle 95 % of the differences that resampled trials show."""
    differences = sorted(
        difference(rng.choices(drug, k=len(drug)), rng.choices(placebo, k=len(placebo)))
        for _ in range(resamples)
    )
    tail = int(0.025 * resamples)
    return differences[tail], differences[-1 - tail]


def cohens_d(drug, placebo):
    """The difference in units of the pooled standard deviation; 0 if nothing varies."""
    n, m = len(drug), len(placebo)
    pooled = math.sqrt(((n - 1) * variance(drug) + (m - 1) * variance(placebo)) / (n + m - 2))
    return difference(drug, placebo) / pooled if pooled else 0.0


def main():
    parser = argparse.ArgumentParser(description="Estimate the effect of the drug, with a bootstrap interval.")
    parser.add_argument("trial", help="CSV file with columns patient, arm, reduction")
    parser.add_argument("--output", required=True, help="JSON file to write: difference, interval, Cohen's d")
    parser.add_argument("--resamples", type=int, default=2000, help="bootstrap resamples (default: 2000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random numbers (default: 1)")
    args = parser.parse_args()
    if args.resamples < 100:
        raise ValueError(f"--resamples must be at least 100, not {args.resamples}")

    drug, placebo = read_arms(args.trial)
    low, high = bootstrap_interval(drug, placebo, args.resamples, random.Random(args.seed))
    effect = {
        "patients": {"drug": len(drug), "placebo": len(placebo)},
        "difference": round(difference(drug, placebo), 4),
        "interval": [round(low, 4), round(high, 4)],
        "cohens_d": round(cohens_d(drug, placebo), 4),
        "resamples": args.resamples,
    }
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(effect, file, indent=2)
        file.write("\n")

    print(f"difference {effect['difference']:.2f} mmHg, 95 % interval {low:.2f} to {high:.2f}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, csv.Error) as error:
        sys.exit(f"estimate_effect.py: {error}")
