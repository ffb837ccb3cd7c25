"""Train a small neural network to tell two kinds of points apart, by stochastic gradient descent.

---
inputs:
  points: {type: csv, description: "columns set, x, y, label"}
outputs:
  --output: {type: json, description: "loss and accuracy on each set"}
args:
  --learning-rate: {type: float, required: true, description: "how far a step of the descent goes"}
  --hidden: {type: int, required: true, description: "how many units the hidden layer has"}
  --activation: {type: str, required: true, choices: [identity, relu, tanh], description: "what a hidden unit does"}
  --epochs: {type: int, default: 12, description: "how often it goes through the training set"}
  --seed: {type: int, required: true, description: "seed of the first weights and of the order of the points"}
---
"""

import argparse
import csv
import json
import math
import random
import sys

# An activation, and its slope where its value is h.
ACTIVATIONS = {
    "identity": (lambda a: a, lambda h: 1.0),
    "relu": (lambda a: a if a > 0 else 0.0, lambda h: 1.0 if h > 0 else 0.0),
    "tanh": (math.tanh, lambda h: 1.0 - h * h),
}

# A network that is wrong and sure of it has a loss of 13.8 at most: of one that has run away, too, a number remains.
LEAST = 1e-6


def read_points(path):
    """For each set its points, as x, y and label."""
    sets = {"train": [], "validation": [], "test": []}
    with open(path, newline="", encoding="utf-8") as file:
        try:
            for row in csv.DictReader(file):
                sets[row["set"]].append((float(row["x"]), float(row["y"]), int(row["label"])))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not what make_moons.py writes: {error}") from None
    empty = [name for name, points in sets.items() if not points]
    if empty:
        raise ValueError(f"{path}: no points to {empty[0]}")
    return sets


class Network:
    """Two inputs, a hidden layer, and the probability of label 1."""

    def __init__(self, hidden, activation, rng):
        self.activation, self.slope = ACTIVATIONS[activation]
        # Of each hidden unit: the weights of x and y, the bias, and the weight that its value has in the end.
        self.units = [[rng.gauss(0, 1), rng.gauss(0, 1), 0.0, rng.gauss(0, 1) / math.sqrt(hidden)] for _ in range(hidden)]
        self.bias = 0.0

    def forward(self, x, y):
        values = [self.activation(u * x + v * y + b) for u, v, b, _ in self.units]
        total = self.bias + sum(unit[3] * value for unit, value in zip(self.units, values))
        return values, 1 / (1 + math.exp(-min(max(total, -500.0), 500.0)))

    def learn(self, x, y, label, rate):
        values, probability = self.forward(x, y)
        push = rate * (label - probability)
        self.bias += push
        for unit, value in zip(self.units, values):
            back = push * unit[3] * self.slope(value)
            unit[0] += back * x
            unit[1] += back * y
            unit[2] += back
            unit[3] += push * value

    def is_finite(self):
        return all(math.isfinite(weight) for unit in self.units for weight in unit)

    def judge(self, points):
        """Log loss and accuracy."""
        loss, right = 0.0, 0
        for x, y, label in points:
            probability = self.forward(x, y)[1]
            chance = probability if label else 1 - probability
            # What is no number is wrong.
            loss -= math.log(max(chance, LEAST) if chance == chance else LEAST)
            right += chance > 0.5
        return {"loss": round(loss / len(points), 4), "accuracy": round(right / len(points), 4)}


def main():
    parser = argparse.ArgumentParser(description="Train a small neural network to tell two kinds of points apart.")
    parser.add_argument("points", help="CSV file with columns set, x, y, label")
    parser.add_argument("--output", required=True, help="JSON file to write: loss and accuracy on each set")
    parser.add_argument("--learning-rate", type=float, required=True, help="how far a step of the descent goes")
    parser.add_argument("--hidden", type=int, required=True, help="how many units the hidden layer has")
    parser.add_argument("--activation", choices=ACTIVATIONS, required=True, help="what a hidden unit does")
    parser.add_argument("--epochs", type=int, default=12, help="how often to go through the training set (default: 12)")
    parser.add_argument("--seed", type=int, required=True, help="seed of the random numbers")
    args = parser.parse_args()
    if not 0 < args.learning_rate < math.inf:
        raise ValueError(f"--learning-rate must be more than 0, not {args.learning_rate:g}")
    if args.hidden < 1:
        raise ValueError(f"--hidden must be at least 1, not {args.hidden}")

    sets, rng = read_points(args.points), random.Random(args.seed)
    network, training = Network(args.hidden, args.activation, rng), sets["train"]
    for _ in range(args.epochs):
        rng.shuffle(training)
        for x, y, label in training:
            network.learn(x, y, label, args.learning_rate)
        if not network.is_finite():
            break
    result = {name: network.judge(points) for name, points in sets.items()}
    result["diverged"] = not network.is_finite()
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")

    judged = result["validation"]
    print(f"validation loss {judged['loss']:.4f}, accuracy {judged['accuracy']:.3f}"
          + (", diverged" if result["diverged"] else ""))


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"train.py: {error}")
