"""Test whether the drug does anything, by dealing the patients out to the arms anew many times.

---
inputs:
  trial: {type: csv, description: "one patient a row: patient, arm, reduction in mmHg"}
outputs:
  --output: {type: json, description: "difference of means and its two-sided p value"}
args:
  --permutations: {type: int, default: 5000, description: "how often to deal anew"}
  --seed: {type: int, default: 1, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import json
import math
import random
import sys
from statistics import fmean


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


def count_extreme(drug, placebo, permutations, rng):
    """How many random divisions of the patients differ at least as much as the real one."""
    observed = abs(difference(drug, placebo))
    patients = drug + placebo
    extreme = 0
    for _ in range(permutations):
        rng.shuffle(patients)
        extreme += abs(difference(patients[:len(drug)], patients[len(drug):])) >= observed
    return extreme


def main():
    parser = argparse.ArgumentParser(description="Test the effect of the drug by permutation.")
    parser.add_argument("trial", help="CSV file with columns patient, arm, reduction")
    parser.add_argument("--output", required=True, help="JSON file to write: difference and p value")
    parser.add_argument("--permutations", type=int, default=5000, help="how often to deal anew (default: 5000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random numbers (default: 1)")
    args = parser.parse_args()
    if args.permutations < 100:
        raise ValueError(f"--permutations must be at least 100, not {args.permutations}")

    drug, placebo = read_arms(args.trial)
    extreme = count_extreme(drug, placebo, args.permutations, random.Random(args.seed))
    p_value = (extreme + 1) / (args.permutations + 1)
    test = {
        "patients": {"drug": len(drug), "placebo": len(placebo)},
        "difference": round(difference(drug, placebo), 4),
        "p_value": round(p_value, 6),
        "permutations": args.permutations,
    }
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(test, file, indent=2)
        file.write("\n")

    print(f"{extreme} of {args.permutations} permutations as extreme, p = {p_value:.4f}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, csv.Error) as error:
        sys.exit(f"permute_arms.py: {error}")
