"""Clean one image: subtract the dark frame, and smooth away what noise is left.

---
inputs:
  image: {type: image, description: "a grey image"}
outputs:
  --output: {type: image, description: "the cleaned image"}
args:
  --dark: {type: image, required: true, description: "the dark frame of the same camera"}
---
"""

import argparse
import os
import sys

import numpy as np
from PIL import Image, ImageFilter


def read_grey(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("L"), dtype=float)


def main():
    parser = argparse.ArgumentParser(description="Clean one image.")
    parser.add_argument("image", help="image file")
    parser.add_argument("--output", required=True, help="image file to write")
    parser.add_argument("--dark", required=True, help="image file: the dark frame of the same camera")
    args = parser.parse_args()

    image, dark = read_grey(args.image), read_grey(args.dark)
    if image.shape != dark.shape:
        raise ValueError(f"{args.dark} is not of the size of {args.image}")
    clean = Image.fromarray(np.clip(image - dark, 0, 255).astype(np.uint8)).filter(ImageFilter.MedianFilter(5))
    clean.save(args.output)

    name = os.path.basename(args.image)
    print(f"{name}: background {np.median(image):.0f} -> {np.median(np.asarray(clean)):.0f}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"clean_image.py: {error}")
