"""Mark the cells of one image: a threshold by Otsu's method, and a colour for each connected region above it.

---
inputs:
  image: {type: image, description: "a clean grey image"}
outputs:
  --output: {type: image, description: "an image with a palette: 0 is background, 1 the first cell, and so on"}
args:
  --smallest: {type: int, default: 30, description: "regions of fewer pixels are dirt"}
---
"""

import argparse
import colorsys
import os
import sys

import numpy as np
from PIL import Image


def otsu(grey):
    """The threshold that leaves the two most different classes."""
    counts = np.bincount(grey.ravel(), minlength=256)
    below = np.cumsum(counts)
    total = np.cumsum(counts * np.arange(256))
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (total / below - (total[-1] - total) / above) ** 2
    return int(np.nanargmax(between))


def regions(mask):
    """The connected regions of a mask, each as a list of its pixels, in reading order."""
    waiting = {(int(y), int(x)) for y, x in np.argwhere(mask)}
    for start in sorted(waiting):
        if start not in waiting:
            continue
        waiting.remove(start)
        region, edge = [], [start]
        while edge:
            y, x = edge.pop()
            region.append((y, x))
            for neighbour in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if neighbour in waiting:
                    waiting.remove(neighbour)
                    edge.append(neighbour)
        yield region


def palette():
    """Black, then 255 colours that are easy to tell apart."""
    colours = [(0.0, 0.0, 0.0)] + [colorsys.hsv_to_rgb(i * 0.381966 % 1, 0.65, 1.0) for i in range(255)]
    return [round(255 * part) for colour in colours for part in colour]


def main():
    parser = argparse.ArgumentParser(description="Mark the cells of one image.")
    parser.add_argument("image", help="image file")
    parser.add_argument("--output", required=True, help="image file to write, a colour per cell")
    parser.add_argument("--smallest", type=int, default=30, help="regions of fewer pixels are dirt (default: 30)")
    args = parser.parse_args()

    with Image.open(args.image) as image:
        grey = np.asarray(image.convert("L"))
    threshold = otsu(grey)
    found = [region for region in regions(grey > threshold) if len(region) >= args.smallest]
    if len(found) > 255:
        raise ValueError(f"{args.image}: {len(found)} cells are more than the palette has colours")
    marks = np.zeros(grey.shape, dtype=np.uint8)
    for number, region in enumerate(found, start=1):
        marks[tuple(np.transpose(region))] = number
    marked = Image.fromarray(marks).convert("P")
    marked.putpalette(palette())
    marked.save(args.output)

    print(f"{os.path.basename(args.image)}: {len(found)} cells above {threshold}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"mark_cells.py: {error}")
