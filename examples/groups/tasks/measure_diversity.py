"""Measure the diversity of one survey: Shannon, Simpson, and Chao1, the number of species that one would find at last.

---
inputs:
  counts: {type: csv, description: "columns species, count"}
outputs:
  --output: {type: json, description: "individuals, species, shannon, evenness, simpson, chao1"}
---
"""

import argparse
import csv
import json
import math
import os
import sys


def read_counts(path):
    """How many individuals of each species."""
    with open(path, newline="", encoding="utf-8") as file:
        try:
            counts = [int(row["count"]) for row in csv.DictReader(file)]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a survey: {error}") from None
    if not counts or min(counts) < 1:
        raise ValueError(f"{path}: every species needs a count of at least 1")
    return counts


def diversity(counts):
    total, species = sum(counts), len(counts)
    shares = [count / total for count in counts]
    shannon = -sum(share * math.log(share) for share in shares)
    once, twice = counts.count(1), counts.count(2)
    return {
        "individuals": total,
        "species": species,
        "shannon": round(abs(shannon), 3),
        "evenness": round(shannon / math.log(species), 3) if species > 1 else 1.0,
        "simpson": round(1 - sum(share * share for share in shares), 3),
        "chao1": round(species + once * (once - 1) / (2 * (twice + 1)), 1),
    }


def main():
    parser = argparse.ArgumentParser(description="Measure the diversity of one survey.")
    parser.add_argument("counts", help="CSV file with columns species, count")
    parser.add_argument("--output", required=True, help="JSON file to write")
    args = parser.parse_args()

    name = os.path.splitext(os.path.basename(args.counts))[0]
    result = {"survey": name, **diversity(read_counts(args.counts))}
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")

    print(f"{name}: Shannon {result['shannon']:.2f}, Simpson {result['simpson']:.2f}, "
          f"{result['species']} species found of about {result['chao1']:.0f}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"measure_diversity.py: {error}")
