"""Assess the estimate of a fading tone: how much the last step has changed, and what the estimate leaves unexplained.

---
inputs:
  signal: {type: csv, description: "columns time, deflection"}
  estimate: {type: json, description: "written by newton.py"}
outputs:
  --output: {type: json, description: "largest_change, rms_residual, explained"}
---
"""

import argparse
import sys

from ringing import read_estimate, read_json, read_signal, tone, write_json


def main():
    parser = argparse.ArgumentParser(description="Assess the estimate of a fading tone.")
    parser.add_argument("signal", help="CSV file with columns time, deflection")
    parser.add_argument("estimate", help="JSON file written by newton.py")
    parser.add_argument("--output", required=True, help="JSON file to write")
    args = parser.parse_args()

    signal, estimate = read_signal(args.signal), read_estimate(args.estimate)
    change = read_json(args.estimate).get("largest_change")
    if not isinstance(change, (int, float)):
        raise ValueError(f"{args.estimate}: no number largest_change")
    rest = sum((value - tone(time, *estimate)) ** 2 for time, value in signal)
    whole = sum(value * value for _, value in signal)
    write_json(args.output, {
        "largest_change": change,
        "rms_residual": round((rest / len(signal)) ** 0.5, 6),
        "explained": round(1 - rest / whole, 6),
    })

    print(f"largest change {change:.1e}, {100 * (1 - rest / whole):.3f} % of the signal explained")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, ZeroDivisionError, OverflowError) as error:
        sys.exit(f"assess.py: {error}")
