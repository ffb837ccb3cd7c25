"""Simulate a survey of ground beetles in one habitat.

---
outputs:
  --output: {type: csv, description: "columns species, count"}
args:
  --habitat: {type: str, required: true, choices: [meadow, forest], description: "where"}
  --individuals: {type: int, default: 400, description: "how many beetles are caught"}
  --seed: {type: int, default: 7, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import random
import sys
from collections import Counter

SPECIES = (
    "Abax parallelepipedus", "Agonum muelleri", "Amara aenea", "Bembidion lampros", "Calathus fuscipes",
    "Carabus nemoralis", "Cychrus caraboides", "Dromius agilis", "Elaphrus riparius", "Harpalus affinis",
    "Leistus ferrugineus", "Loricera pilicornis", "Nebria brevicollis", "Notiophilus biguttatus",
    "Ophonus rufibarbis", "Patrobus atrorufus", "Poecilus cupreus", "Pterostichus melanarius",
    "Stomis pumicatus", "Synuchus vivalis", "Tachys bistriatus", "Trechus quadristriatus",
    "Zabrus tenebrioides",
)
# Each species is this many times as frequent as the one before it, in the order in which the habitat ranks them.
EVENNESS = {"meadow": 0.85, "forest": 0.65}


def main():
    parser = argparse.ArgumentParser(description="Simulate a survey of ground beetles in one habitat.")
    parser.add_argument("--output", required=True, help="CSV file to write: species, count")
    parser.add_argument("--habitat", required=True, choices=sorted(EVENNESS), help="where")
    parser.add_argument("--individuals", type=int, default=400, help="how many beetles are caught (default: 400)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the random numbers (default: 7)")
    args = parser.parse_args()
    if args.individuals < 1:
        raise ValueError(f"--individuals must be at least 1, not {args.individuals}")

    rng = random.Random(f"{args.seed} {args.habitat}")
    ranked = rng.sample(SPECIES, len(SPECIES))
    weights = [EVENNESS[args.habitat] ** rank for rank in range(len(ranked))]
    counts = Counter(rng.choices(ranked, weights, k=args.individuals))

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["species", "count"])
        writer.writerows(sorted(counts.items()))

    print(f"{args.habitat}: {args.individuals} beetles of {len(counts)} species -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"survey.py: {error}")
