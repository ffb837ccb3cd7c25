"""Find the configuration with the least validation loss.

---
inputs:
  manifest: {type: json, description: "a list of parameters and path, each path a file written by average.py"}
outputs:
  --output: {type: json, description: "the best configuration, and what it has reached"}
---
"""

import argparse
import json
import sys

SHOWN = 5


def read_json(path):
    with open(path, encoding="utf-8") as file:
        try:
            return json.load(file)
        except ValueError as error:
            raise ValueError(f"{path}: not JSON: {error}") from None


def read_configurations(path):
    """For each configuration its parameters, and what it has reached."""
    manifest = read_json(path)
    try:
        entries = [(dict(entry["parameters"]), str(entry["path"])) for entry in manifest]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not a list of parameters and path: {error!r}") from None
    if not entries:
        raise ValueError(f"{path}: no configurations")
    return [(parameters, read_average(file)) for parameters, file in entries]


def read_average(path):
    average = read_json(path)
    try:
        return {name: float(average[name]) for name in ("validation_loss", "validation_loss_scatter", "test_accuracy")}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not what average.py writes: {error!r}") from None


def main():
    parser = argparse.ArgumentParser(description="Find the configuration with the least validation loss.")
    parser.add_argument("manifest", help="JSON file: a list of parameters and path")
    parser.add_argument("--output", required=True, help="JSON file to write: the best configuration")
    args = parser.parse_args()

    configurations = read_configurations(args.manifest)
    configurations.sort(key=lambda entry: entry[1]["validation_loss"])
    parameters, reached = configurations[0]
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump({"configurations": len(configurations), "best": parameters, **reached}, file, indent=2)
        file.write("\n")

    for parameters, reached in configurations[:SHOWN]:
        print(f"{reached['validation_loss']:.4f} +/- {reached['validation_loss_scatter']:.4f}  "
              + ", ".join(f"{name} {value}" for name, value in parameters.items()))
    print(f"the best of {len(configurations)} is right about {configurations[0][1]['test_accuracy']:.1%} of the test set")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"choose_best.py: {error}")
