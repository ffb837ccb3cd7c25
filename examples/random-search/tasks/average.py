"""Average what one configuration has reached from several seeds.

---
inputs:
  trainings: {type: json, description: "one or more files written by train.py"}
outputs:
  --output: {type: json, description: "means over the trainings, and how far they scatter"}
---
"""

import argparse
import json
import statistics
import sys


def read_training(path):
    """Validation loss, validation accuracy, test accuracy, and whether it ran away."""
    with open(path, encoding="utf-8") as file:
        try:
            training = json.load(file)
            validation, test = training["validation"], training["test"]
            return (float(validation["loss"]), float(validation["accuracy"]), float(test["accuracy"]),
                    bool(training["diverged"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not what train.py writes: {error!r}") from None


def main():
    parser = argparse.ArgumentParser(description="Average what one configuration has reached from several seeds.")
    parser.add_argument("trainings", nargs="+", metavar="TRAINING", help="JSON file written by train.py")
    parser.add_argument("--output", required=True, help="JSON file to write")
    args = parser.parse_args()

    losses, accuracies, test_accuracies, diverged = zip(*(read_training(path) for path in args.trainings))
    scatter = statistics.stdev(losses) if len(losses) > 1 else 0.0
    result = {
        "trainings": len(losses),
        "diverged": sum(diverged),
        "validation_loss": round(statistics.mean(losses), 5),
        "validation_loss_scatter": round(scatter, 5),
        "validation_accuracy": round(statistics.mean(accuracies), 5),
        "test_accuracy": round(statistics.mean(test_accuracies), 5),
    }
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")

    print(f"validation loss {result['validation_loss']:.4f} +/- {scatter:.4f} over {len(losses)}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"average.py: {error}")
