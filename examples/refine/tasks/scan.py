"""Find the frequency of a fading tone on a grid: the one at which a tone like it has most in common with the signal.

---
inputs:
  signal: {type: csv, description: "columns time, deflection"}
outputs:
  --output: {type: json, description: "amplitude, decay, frequency, phase"}
args:
  --span: {type: float, required: true, description: "width of the grid, in Hz"}
  --step: {type: float, required: true, description: "distance of its points, in Hz"}
  --around: {type: json, description: "an earlier result, the centre of the grid; without it, 400 Hz"}
  --decay: {type: float, default: 0.3, description: "a first guess of the decay time, in seconds"}
---
"""

import argparse
import cmath
import math
import sys

from ringing import read_estimate, read_signal, write_json

CENTRE = 400.0


def common(signal, decay, frequency):
    """How much the signal has in common with a tone of this frequency: size and phase as one complex number."""
    step = signal[1][0] - signal[0][0]
    turn = cmath.exp((-1 / decay - 2j * math.pi * frequency) * step)
    total, weight, wave = 0j, 0.0, 1 + 0j
    for _, value in signal:
        total += value * wave
        weight += abs(wave) ** 2
        wave *= turn
    return 2 * total / weight


def main():
    parser = argparse.ArgumentParser(description="Find the frequency of a fading tone on a grid.")
    parser.add_argument("signal", help="CSV file with columns time, deflection")
    parser.add_argument("--output", required=True, help="JSON file to write")
    parser.add_argument("--span", type=float, required=True, help="width of the grid, in Hz")
    parser.add_argument("--step", type=float, required=True, help="distance of its points, in Hz")
    parser.add_argument("--around", help="JSON file with an earlier result, the centre of the grid (default: 400 Hz)")
    parser.add_argument("--decay", type=float, default=0.3, help="a first guess, in seconds (default: 0.3)")
    args = parser.parse_args()
    if not 0 < args.step <= args.span:
        raise ValueError(f"--step must lie between 0 and --span, not be {args.step:g}")

    signal = read_signal(args.signal)
    centre = read_estimate(args.around)[2] if args.around else CENTRE
    half = round(args.span / 2 / args.step)
    grid = [centre + i * args.step for i in range(-half, half + 1)]
    found = {frequency: common(signal, args.decay, frequency) for frequency in grid}
    best = max(grid, key=lambda frequency: abs(found[frequency]))
    write_json(args.output, {
        "amplitude": round(abs(found[best]), 6),
        "decay": args.decay,
        "frequency": round(best, 6),
        "phase": round(cmath.phase(found[best]), 6),
    })

    print(f"{len(grid)} frequencies from {grid[0]:.2f} to {grid[-1]:.2f} Hz, best {best:.2f} Hz")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, ZeroDivisionError) as error:
        sys.exit(f"scan.py: {error}")
