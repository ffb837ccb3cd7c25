"""Simulate the measured speed of an enzyme: three measurements at each of twelve concentrations.

---
outputs:
  --output: {type: csv, description: "columns concentration in mM, rate in umol/min"}
args:
  --vmax: {type: float, default: 2.0, description: "the greatest speed"}
  --km: {type: float, default: 0.5, description: "the concentration for half of it"}
  --hill: {type: float, default: 1.0, description: "Hill coefficient; 1 is Michaelis-Menten"}
  --noise: {type: float, default: 0.06, description: "standard deviation of a measurement"}
  --seed: {type: int, default: 2, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import sys

import numpy as np

from models import hill

REPLICATES = 3
CONCENTRATIONS = np.geomspace(0.05, 8.0, 12)


def main():
    parser = argparse.ArgumentParser(description="Simulate the measured speed of an enzyme.")
    parser.add_argument("--output", required=True, help="CSV file to write: concentration, rate")
    parser.add_argument("--vmax", type=float, default=2.0, help="the greatest speed (default: 2.0)")
    parser.add_argument("--km", type=float, default=0.5, help="the concentration for half of it (default: 0.5)")
    parser.add_argument("--hill", type=float, default=1.0, help="Hill coefficient (default: 1.0, Michaelis-Menten)")
    parser.add_argument("--noise", type=float, default=0.06, help="standard deviation of a measurement (default: 0.06)")
    parser.add_argument("--seed", type=int, default=2, help="seed of the random numbers (default: 2)")
    args = parser.parse_args()

    rng = np.random.default_rng(args.seed)
    concentrations = np.repeat(CONCENTRATIONS, REPLICATES)
    rates = hill(concentrations, args.vmax, args.km, args.hill) + rng.normal(0, args.noise, concentrations.size)

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["concentration", "rate"])
        writer.writerows((f"{s:.4f}", f"{v:.4f}") for s, v in zip(concentrations, rates))

    print(f"{rates.size} measurements at {CONCENTRATIONS.size} concentrations -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"measure_rates.py: {error}")
