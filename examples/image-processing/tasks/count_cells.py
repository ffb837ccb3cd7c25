"""Count the cells in all marked images, and compare the counts with the truth.

---
inputs:
  marked: {type: image_directory, description: "images written by mark_cells.py"}
  truth: {type: csv, description: "columns image, cells"}
outputs:
  --output: {type: csv, description: "a row per image: cells, cells in truth, mean area in pixels"}
---
"""

import argparse
import csv
import os
import sys

import numpy as np
from PIL import Image


def main():
    parser = argparse.ArgumentParser(description="Count the cells in all marked images.")
    parser.add_argument("marked", help="folder with images written by mark_cells.py")
    parser.add_argument("truth", help="CSV file with columns image, cells")
    parser.add_argument("--output", required=True, help="CSV file to write")
    args = parser.parse_args()

    with open(args.truth, newline="", encoding="utf-8") as file:
        try:
            truth = {row["image"]: int(row["cells"]) for row in csv.DictReader(file)}
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{args.truth}: not a list of images and cells: {error}") from None
    rows = []
    for name, true in truth.items():
        with Image.open(os.path.join(args.marked, name)) as image:
            areas = np.bincount(np.asarray(image).ravel())[1:]
        rows.append((name, len(areas), true, round(float(areas.mean()), 1) if len(areas) else 0.0))

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image", "cells", "truth", "mean_area"])
        writer.writerows(rows)

    for name, cells, true, area in rows:
        print(f"{name}  {cells:>3} cells of {true:>3}, mean area {area:.0f}")
    print(f"{sum(row[1] for row in rows)} cells counted, {sum(row[2] for row in rows)} in truth")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"count_cells.py: {error}")
