"""Simulate recordings of the six strings of a guitar that is somewhat out of tune.

---
outputs:
  --output: {type: data_folder, description: "STRING.csv (time, amplitude) for each string, and session.txt"}
args:
  --seconds: {type: float, default: 0.5, description: "length of each recording"}
  --silent: {type: str, default: none, choices: [none, E2, A2, D3, G3, B3, E4], description: "a string not plucked"}
  --seed: {type: int, default: 5, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import math
import os
import random
import sys

RATE = 8000  # samples a second
STRINGS = {"E2": 82.41, "A2": 110.0, "D3": 146.83, "G3": 196.0, "B3": 246.94, "E4": 329.63}  # Hz
NOISE = 0.01


def pluck(rng, frequency, samples):
    """A plucked string: six overtones that fade, the higher ones faster, with some noise."""
    partials = [(n, 1 / n, rng.uniform(0, 2 * math.pi)) for n in range(1, 7)]
    return [
        sum(height * math.exp(-3 * n * i / RATE) * math.sin(2 * math.pi * n * frequency * i / RATE + phase)
            for n, height, phase in partials) + rng.gauss(0, NOISE)
        for i in range(samples)
    ]


def main():
    parser = argparse.ArgumentParser(description="Simulate recordings of the six strings of a guitar.")
    parser.add_argument("--output", required=True, help="folder to write: a CSV file per string, and session.txt")
    parser.add_argument("--seconds", type=float, default=0.5, help="length of each recording (default: 0.5)")
    parser.add_argument("--silent", default="none", choices=["none", *STRINGS], help="a string that is not plucked")
    parser.add_argument("--seed", type=int, default=5, help="seed of the random numbers (default: 5)")
    args = parser.parse_args()
    samples = round(args.seconds * RATE)
    if samples < 1:
        raise ValueError(f"--seconds must be more than 0, not {args.seconds}")

    os.makedirs(args.output, exist_ok=True)
    for string, nominal in STRINGS.items():
        rng = random.Random(f"{args.seed} {string}")
        sound = pluck(rng, nominal * 2 ** (rng.uniform(-30, 30) / 1200), samples)
        if string == args.silent:
            sound = [rng.gauss(0, NOISE) for _ in sound]
        with open(os.path.join(args.output, f"{string}.csv"), "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["time", "amplitude"])
            writer.writerows((f"{i / RATE:.6f}", f"{value:.4f}") for i, value in enumerate(sound))
    with open(os.path.join(args.output, "session.txt"), "w", newline="\n", encoding="utf-8") as file:
        file.write(f"guitar, six open strings, {args.seconds:g} s each at {RATE} Hz\n")

    print(f"{len(STRINGS)} recordings of {args.seconds:g} s -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"record.py: {error}")
