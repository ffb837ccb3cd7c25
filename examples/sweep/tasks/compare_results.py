"""Put the results of several configurations side by side and name the best.

---
inputs:
  results: {type: json, description: "one or more files written by process.py"}
outputs:
  --output: {type: json, description: "a table, one row per configuration, and the best by F1 score"}
---
"""

import argparse
import json
import sys

METRICS = ("accuracy", "precision", "recall", "f1_score")


def read_row(path):
    """One row of the table, from the result file of one configuration."""
    with open(path, encoding="utf-8") as file:
        try:
            result = json.load(file)
            row = {"config": str(result["config"]), "threshold": float(result["threshold"])}
            row.update((name, float(result["metrics"][name])) for name in METRICS)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}: not JSON: {error}") from None
        except KeyError as error:
            raise ValueError(f"{path}: no entry {error}") from None
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a result of process.py: {error}") from None
    return row


def print_table(rows, best):
    width = max(len("config"), *(len(row["config"]) for row in rows))
    print(f"  {'config':<{width}}  threshold" + "".join(f"{name:>11}" for name in METRICS))
    for row in rows:
        mark = "*" if row is best else " "
        print(f"{mark} {row['config']:<{width}}  {row['threshold']:>9}"
              + "".join(f"{row[name]:>11.4f}" for name in METRICS))


def main():
    parser = argparse.ArgumentParser(description="Put the results of several configurations side by side.")
    parser.add_argument("results", nargs="+", metavar="RESULT", help="JSON file written by process.py")
    parser.add_argument("--output", required=True, help="JSON file to write: the table and the best by F1 score")
    args = parser.parse_args()

    rows = [read_row(path) for path in args.results]
    best = max(rows, key=lambda row: row["f1_score"])
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        json.dump({"best_by": "f1_score", "best": best["config"], "configurations": rows}, file, indent=2)
        file.write("\n")

    print_table(rows, best)
    print(f"best f1_score: {best['config']}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"compare_results.py: {error}")
