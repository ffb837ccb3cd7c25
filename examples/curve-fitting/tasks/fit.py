"""Fit one model to the measured speed of an enzyme by least squares.

---
inputs:
  rates: {type: csv, description: "columns concentration, rate"}
outputs:
  --output: {type: json, description: "the parameters with their standard errors, and AICc"}
args:
  --model: {type: str, required: true, choices: [line, michaelis_menten, hill], description: "which model"}
---
"""

import argparse
import json
import sys

import numpy as np
from scipy.optimize import curve_fit

from models import MODELS


def akaike(squares, points, parameters):
    """Akaike's criterion, corrected for few points; the spread of the noise counts as a parameter."""
    k = parameters + 1
    return points * np.log(squares / points) + 2 * k + 2 * k * (k + 1) / (points - k - 1)


def main():
    parser = argparse.ArgumentParser(description="Fit one model to the measured speed of an enzyme.")
    parser.add_argument("rates", help="CSV file with columns concentration, rate")
    parser.add_argument("--output", required=True, help="JSON file to write")
    parser.add_argument("--model", required=True, choices=sorted(MODELS), help="which model")
    args = parser.parse_args()

    concentration, rate = np.loadtxt(args.rates, delimiter=",", skiprows=1, unpack=True)
    function, start = MODELS[args.model]
    found, covariance = curve_fit(function, concentration, rate, p0=list(start.values()), bounds=(0, np.inf))
    errors = np.sqrt(np.diag(covariance))
    residuals = rate - function(concentration, *found)
    squares = float(residuals @ residuals)

    result = {
        "model": args.model,
        "parameters": {name: round(float(value), 4) for name, value in zip(start, found)},
        "standard_errors": {name: round(float(value), 4) for name, value in zip(start, errors)},
        "rms_residual": round((squares / rate.size) ** 0.5, 4),
        "aicc": round(float(akaike(squares, rate.size, found.size)), 2),
    }
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")

    shown = ", ".join(f"{name} = {value:.2f} +/- {error:.2f}" for name, value, error in zip(start, found, errors))
    print(f"{args.model}: {shown}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: the search found no best fit
        sys.exit(f"fit.py: {error}")
