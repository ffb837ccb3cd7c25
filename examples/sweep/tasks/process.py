"""Score a labelled data set against one decision threshold.

---
inputs:
  data: {type: csv, description: "labelled samples with columns id, score, label"}
outputs:
  --output: {type: json, description: "confusion matrix and metrics"}
args:
  --threshold: {type: float, default: 0.5, description: "scores at or above it count as positive"}
  --config-name: {type: str, required: true, description: "what to call this configuration in the results"}
---
"""

import argparse
import csv
import json
import math
import sys
from collections import Counter


def read_samples(path):
    """All samples of the file, as pairs of score and label."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, restval="")
        for column in ("score", "label"):
            if column not in (reader.fieldnames or []):
                raise ValueError(f"{path}: no column '{column}'")
        samples = [parse(row, f"{path}:{reader.line_num}") for row in reader]
    if not samples:
        raise ValueError(f"{path}: no samples")
    return samples


def parse(row, place):
    try:
        score = float(row["score"])
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise ValueError(f"{place}: score {row['score']!r} is not a number")
    if row["label"] not in ("0", "1"):
        raise ValueError(f"{place}: label {row['label']!r} is neither 0 nor 1")
    return score, int(row["label"])


def confusion_matrix(samples, threshold):
    counts = Counter((score >= threshold, label == 1) for score, label in samples)
    return {
        "true_positive": counts[True, True],
        "false_positive": counts[True, False],
        "true_negative": counts[False, False],
        "false_negative": counts[False, True],
    }


def metrics(matrix):
    """The usual four; a ratio with nothing below the line counts as 0."""
    tp, fp, tn, fn = matrix.values()

    def ratio(part, whole):
        return round(part / whole, 4) if whole else 0.0

    return {
        "accuracy": ratio(tp + tn, tp + fp + tn + fn),
        "precision": ratio(tp, tp + fp),
        "recall": ratio(tp, tp + fn),
        "f1_score": ratio(2 * tp, 2 * tp + fp + fn),
    }


def main():
    parser = argparse.ArgumentParser(description="Score a labelled data set against one decision threshold.")
    parser.add_argument("data", help="CSV file with columns id, score, label")
    parser.add_argument("--output", required=True, help="JSON file to write: confusion matrix and metrics")
    parser.add_argument("--threshold", type=float, default=0.5,
                        help="scores at or above it count as positive (default: 0.5)")
    parser.add_argument("--config-name", required=True, help="what to call this configuration in the results")
    args = parser.parse_args()
    if not math.isfinite(args.threshold):
        raise ValueError(f"--threshold must be a finite number, not {args.threshold}")

    samples = read_samples(args.data)
    matrix = confusion_matrix(samples, args.threshold)
    result = {
        "config": args.config_name,
        "threshold": args.threshold,
        "samples": len(samples),
        "confusion_matrix": matrix,
        "metrics": metrics(matrix),
    }
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")

    scores = result["metrics"]
    print(f"at {args.threshold}: precision {scores['precision']:.2f}, recall {scores['recall']:.2f}, "
          f"F1 {scores['f1_score']:.2f}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, csv.Error) as error:
        sys.exit(f"process.py: {error}")
