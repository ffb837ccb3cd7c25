"""Simulate a two-arm trial of a drug that lowers blood pressure.

---
outputs:
  --output: {type: csv, description: "one patient a row: patient, arm, reduction in mmHg"}
args:
  --patients: {type: int, default: 80, description: "patients in both arms together"}
  --effect: {type: float, default: 5.0, description: "true extra reduction under the drug, in mmHg"}
  --seed: {type: int, default: 1, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import math
import random
import sys

PLACEBO_RESPONSE = 4.0  # mmHg; blood pressure falls under placebo, too
SPREAD = 9.0


def main():
    parser = argparse.ArgumentParser(description="Simulate a two-arm trial of a drug that lowers blood pressure.")
    parser.add_argument("--output", required=True, help="CSV file to write: patient, arm, reduction")
    parser.add_argument("--patients", type=int, default=80, help="patients in both arms together (default: 80)")
    parser.add_argument("--effect", type=float, default=5.0,
                        help="true extra reduction under the drug, in mmHg (default: 5.0)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random numbers (default: 1)")
    args = parser.parse_args()
    if args.patients < 4:
        raise ValueError(f"--patients must be at least 4, not {args.patients}")
    if not math.isfinite(args.effect):
        raise ValueError(f"--effect must be a finite number, not {args.effect}")

    rng = random.Random(args.seed)
    arms = [("drug", "placebo")[i % 2] for i in range(args.patients)]
    rng.shuffle(arms)

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient", "arm", "reduction"])
        for patient, arm in enumerate(arms, start=1):
            mean = PLACEBO_RESPONSE + (args.effect if arm == "drug" else 0.0)
            writer.writerow([f"P{patient:03}", arm, f"{rng.gauss(mean, SPREAD):.1f}"])

    print(f"{arms.count('drug')} patients on the drug, {arms.count('placebo')} on placebo -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"simulate_trial.py: {error}")
