"""Draw the measured speed of an enzyme, and the curves that were fitted to it.

---
inputs:
  rates: {type: csv, description: "columns concentration, rate"}
  fits: {type: json, description: "one or more files written by fit.py"}
outputs:
  --output: {type: image, description: "a PNG file"}
---
"""

import argparse
import json
import sys

import matplotlib

matplotlib.use("Agg")  # draw into a file; no window, no display needed

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

from models import MODELS  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description="Draw measurements and fitted curves.")
    parser.add_argument("rates", help="CSV file with columns concentration, rate")
    parser.add_argument("fits", nargs="+", metavar="FIT", help="JSON file written by fit.py")
    parser.add_argument("--output", required=True, help="PNG file to write")
    args = parser.parse_args()

    concentration, rate = np.loadtxt(args.rates, delimiter=",", skiprows=1, unpack=True)
    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    axes.plot(concentration, rate, "o", color="black", markersize=4, label="measured")
    smooth = np.linspace(0.001, concentration.max(), 400)
    for path, style in zip(args.fits, ("--", "-", ":", "-.") * len(args.fits)):
        with open(path, encoding="utf-8") as file:
            fit = json.load(file)
        function, names = MODELS[fit["model"]]
        curve = function(smooth, *(fit["parameters"][name] for name in names))
        axes.plot(smooth, curve, style, label=f"{fit['model'].replace('_', '-')} (AICc {fit['aicc']:.0f})")
    axes.set_xlabel("substrate (mM)")
    axes.set_ylabel("rate (µmol/min)")
    axes.legend()
    figure.savefig(args.output, dpi=120, metadata={"Software": None})

    print(f"{len(args.fits)} curves -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"plot_fits.py: {error}")
