"""Fit a straight line to points by least squares.

---
inputs:
  points: {type: csv, description: "points with columns x, y"}
outputs:
  --output: {type: json, description: slope and intercept of the line}
---
"""

import argparse
import csv
import json


def main():
    parser = argparse.ArgumentParser(description="Fit a straight line to points by least squares.")
    parser.add_argument("points")
    parser.add_argument("--output", required=True)
    args = parser.parse_args()

    with open(args.points, newline="", encoding="utf-8") as file:
        points = [(float(row["x"]), float(row["y"])) for row in csv.DictReader(file)]
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    line = {"slope": round(slope, 6), "intercept": round(mean_y - slope * mean_x, 6)}

    with open(args.output, "w", encoding="utf-8") as file:
        json.dump(line, file, indent=2)
        file.write("\n")
    print(f"y = {line['slope']} x + {line['intercept']}")


if __name__ == "__main__":
    main()
