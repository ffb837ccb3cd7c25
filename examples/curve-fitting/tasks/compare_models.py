"""Compare fitted models by Akaike's criterion.

---
inputs:
  fits: {type: json, description: "two or more files written by fit.py"}
outputs:
  --output: {type: csv, description: "a row per model, the best first, with AICc and Akaike weight"}
---
"""

import argparse
import csv
import json
import math
import sys


def read_fit(path):
    with open(path, encoding="utf-8") as file:
        try:
            fit = json.load(file)
            return str(fit["model"]), len(fit["parameters"]), float(fit["rms_residual"]), float(fit["aicc"])
        except (KeyError, TypeError, ValueError):
            raise ValueError(f"{path}: not a result of fit.py") from None


def main():
    parser = argparse.ArgumentParser(description="Compare fitted models by Akaike's criterion.")
    parser.add_argument("fits", nargs="+", metavar="FIT", help="JSON file written by fit.py")
    parser.add_argument("--output", required=True, help="CSV file to write")
    args = parser.parse_args()

    fits = sorted((read_fit(path) for path in args.fits), key=lambda fit: fit[3])
    best = fits[0][3]
    whole = sum(math.exp((best - aicc) / 2) for *_, aicc in fits)
    rows = [(name, parameters, f"{rms:.4f}", f"{aicc:.2f}", f"{aicc - best:.2f}",
             f"{math.exp((best - aicc) / 2) / whole:.3f}")
            for name, parameters, rms, aicc in fits]
    head = ("model", "parameters", "rms_residual", "aicc", "difference", "weight")
    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)

    for row in (head, *rows):
        print(f"{row[0]:<17}" + "".join(f"{cell:>14}" for cell in row[1:]))


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"compare_models.py: {error}")
