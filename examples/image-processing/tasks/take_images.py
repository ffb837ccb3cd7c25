"""Simulate microscope images of cells, and the dark frame of the camera.

---
outputs:
  --output: {type: image_directory, description: "a folder: field_01.png and so on, and dark.png"}
  --truth: {type: csv, description: "columns image, cells"}
args:
  --images: {type: int, default: 6, description: "how many images to take"}
  --size: {type: int, default: 128, description: "width and height in pixels"}
  --seed: {type: int, default: 11, description: "seed of the random numbers"}
---
"""

import argparse
import csv
import glob
import os
import sys

import numpy as np
from PIL import Image

RADII = (5.0, 8.0)  # of a cell, in pixels
GAP = 4.0  # between two cells
BRIGHTNESS = (90, 140)
DARK, HOT_PIXELS, NOISE = 20, 60, 6.0


def place_cells(rng, size):
    """Centres and radii of some cells that do not touch."""
    cells = []
    wanted = int(rng.integers(6, 15))
    for _ in range(1000):
        radius = rng.uniform(*RADII)
        x, y = rng.uniform(radius + 2, size - radius - 2, 2)
        if all(np.hypot(x - a, y - b) > radius + r + GAP for a, b, r in cells):
            cells.append((x, y, radius))
        if len(cells) == wanted:
            break
    return cells


def expose(rng, light, dark):
    """What the camera makes of this light."""
    return np.clip(light + dark + rng.normal(0, NOISE, dark.shape), 0, 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description="Simulate microscope images of cells.")
    parser.add_argument("--output", required=True, help="folder to write")
    parser.add_argument("--truth", required=True, help="CSV file to write: image, cells")
    parser.add_argument("--images", type=int, default=6, help="how many images to take (default: 6)")
    parser.add_argument("--size", type=int, default=128, help="width and height in pixels (default: 128)")
    parser.add_argument("--seed", type=int, default=11, help="seed of the random numbers (default: 11)")
    args = parser.parse_args()
    if not 1 <= args.images <= 99:
        raise ValueError(f"--images must lie between 1 and 99, not be {args.images}")
    if not 64 <= args.size <= 1024:
        raise ValueError(f"--size must lie between 64 and 1024, not be {args.size}")

    rng = np.random.default_rng(args.seed)
    y, x = np.mgrid[: args.size, : args.size]
    dark = DARK + 25.0 * x / args.size  # the camera's electronics warm one side of the chip
    for hot in rng.integers(0, args.size, (HOT_PIXELS, 2)):
        dark[tuple(hot)] += 120

    os.makedirs(args.output, exist_ok=True)
    for old in glob.glob(os.path.join(glob.escape(args.output), "field_*.png")):
        os.remove(old)  # an earlier session may have taken more images
    truth = []
    for number in range(1, args.images + 1):
        light = np.zeros(dark.shape)
        cells = place_cells(rng, args.size)
        for a, b, radius in cells:
            inside = 1 - (np.hypot(x - a, y - b) / radius) ** 4
            light = np.maximum(light, rng.uniform(*BRIGHTNESS) * np.clip(inside, 0, 1) ** 0.5)
        name = f"field_{number:02}.png"
        Image.fromarray(expose(rng, light, dark)).save(os.path.join(args.output, name))
        truth.append((name, len(cells)))
    Image.fromarray(expose(rng, 0.0, dark)).save(os.path.join(args.output, "dark.png"))

    with open(args.truth, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image", "cells"])
        writer.writerows(truth)

    print(f"{len(truth)} images with {sum(cells for _, cells in truth)} cells, and a dark frame -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"take_images.py: {error}")
