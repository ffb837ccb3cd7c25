"""Compare two surveys: the species they share (Jaccard) and how alike their counts are (Bray-Curtis).

---
inputs:
  first: {type: csv, description: "columns species, count"}
  second: {type: csv, description: "the same of another place"}
outputs:
  --output: {type: json, description: "shared species, jaccard, bray_curtis"}
---
"""

import argparse
import csv
import json
import sys


def read_counts(path):
    """How many individuals, by species."""
    with open(path, newline="", encoding="utf-8") as file:
        try:
            counts = {row["species"]: int(row["count"]) for row in csv.DictReader(file)}
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a survey: {error}") from None
    if not counts:
        raise ValueError(f"{path}: no species")
    return counts


def main():
    parser = argparse.ArgumentParser(description="Compare two surveys.")
    parser.add_argument("first", help="CSV file with columns species, count")
    parser.add_argument("second", help="the same of another place")
    parser.add_argument("--output", required=True, help="JSON file to write")
    args = parser.parse_args()

    first, second = read_counts(args.first), read_counts(args.second)
    shared, either = first.keys() & second.keys(), first.keys() | second.keys()
    common = sum(min(first[species], second[species]) for species in shared)
    result = {
        "shared": sorted(shared),
        "jaccard": round(len(shared) / len(either), 3),
        "bray_curtis": round(1 - 2 * common / (sum(first.values()) + sum(second.values())), 3),
    }
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")

    print(f"{len(shared)} of {len(either)} species in both, Bray-Curtis dissimilarity {result['bray_curtis']:.2f}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"compare_habitats.py: {error}")
