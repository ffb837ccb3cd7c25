"""Improve the estimate of a fading tone by one step of the Gauss-Newton method, or a share of a step.

---
inputs:
  signal: {type: csv, description: "columns time, deflection"}
  start: {type: json, description: "amplitude, decay, frequency, phase"}
outputs:
  --output: {type: json, description: "the same, improved, with standard errors and the largest relative change"}
args:
  --share: {type: float, default: 1.0, description: "how much of the step to take, above 0 and up to 1"}
---
"""

import argparse
import math
import sys

from ringing import NAMES, read_estimate, read_signal, tone, write_json


def slopes(time, amplitude, decay, frequency, phase):
    """How the tone changes with each of its parameters."""
    fading, angle = math.exp(-time / decay), 2 * math.pi * frequency * time + phase
    along, across = fading * math.cos(angle), -amplitude * fading * math.sin(angle)
    return along, amplitude * along * time / decay**2, 2 * math.pi * time * across, across


def inverse(matrix):
    """By Gauss and Jordan, with the largest pivot."""
    size = len(matrix)
    rows = [list(row) + [float(i == j) for j in range(size)] for i, row in enumerate(matrix)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for k in range(size):
            if k != i:
                rows[k] = [value - rows[k][i] * above for value, above in zip(rows[k], rows[i])]
    return [row[size:] for row in rows]


def main():
    parser = argparse.ArgumentParser(description="Improve the estimate of a fading tone.")
    parser.add_argument("signal", help="CSV file with columns time, deflection")
    parser.add_argument("start", help="JSON file with amplitude, decay, frequency, phase")
    parser.add_argument("--output", required=True, help="JSON file to write")
    parser.add_argument("--share", type=float, default=1.0, help="how much of the step to take (default: 1.0)")
    args = parser.parse_args()
    if not 0 < args.share <= 1:
        raise ValueError(f"--share must be above 0 and at most 1, not {args.share:g}")

    signal, start = read_signal(args.signal), read_estimate(args.start)
    size = len(start)
    normal, right, squares = [[0.0] * size for _ in range(size)], [0.0] * size, 0.0
    for time, value in signal:
        rest, slope = value - tone(time, *start), slopes(time, *start)
        squares += rest * rest
        for i in range(size):
            right[i] += slope[i] * rest
            for j in range(size):
                normal[i][j] += slope[i] * slope[j]
    covariance = inverse(normal)
    step = [args.share * sum(c * r for c, r in zip(row, right)) for row in covariance]
    found = [old + change for old, change in zip(start, step)]
    if found[1] <= 0:
        raise ValueError("the step leads to a tone that never fades; the start is too far from the truth")
    variance = squares / (len(signal) - size)
    write_json(args.output, {
        **{name: round(value, 9) for name, value in zip(NAMES, found)},
        "standard_errors": {name: round((variance * covariance[i][i]) ** 0.5, 6) for i, name in enumerate(NAMES)},
        "largest_change": round(max(abs(change / value) for change, value in zip(step, found)), 12),
    })

    print(f"{args.share:.3f} of a step: frequency {found[2]:.4f} Hz, decay {found[1]:.4f} s")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, ZeroDivisionError, OverflowError) as error:
        sys.exit(f"newton.py: {error}")
