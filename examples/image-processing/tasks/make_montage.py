"""Show every image at each stage of its way: raw, clean, marked; a row per stage, a column per image.

---
inputs:
  raw: {type: image_directory, description: "the images of the camera"}
  clean: {type: image_directory, description: "images of the same names, cleaned"}
  marked: {type: image_directory, description: "images of the same names, a colour per cell"}
outputs:
  --output: {type: image, description: "one image of them all"}
---
"""

import argparse
import os
import sys

from PIL import Image

BORDER = 4


def main():
    parser = argparse.ArgumentParser(description="Show every image at each stage of its way.")
    parser.add_argument("raw", help="folder with the images of the camera")
    parser.add_argument("clean", help="folder with images of the same names, cleaned")
    parser.add_argument("marked", help="folder with images of the same names, marked")
    parser.add_argument("--output", required=True, help="image file to write")
    args = parser.parse_args()

    names = sorted(set(os.listdir(args.raw)) & set(os.listdir(args.marked)))
    if not names:
        raise ValueError(f"no image is in {args.raw} and also in {args.marked}")
    stages = []
    for folder in (args.raw, args.clean, args.marked):
        stages.append([Image.open(os.path.join(folder, name)).convert("RGB") for name in names])
    width = max(image.width for stage in stages for image in stage) + BORDER
    height = max(image.height for stage in stages for image in stage) + BORDER

    montage = Image.new("RGB", (width * len(names) + BORDER, height * len(stages) + BORDER), "white")
    for row, stage in enumerate(stages):
        for column, image in enumerate(stage):
            montage.paste(image, (column * width + BORDER, row * height + BORDER))
    montage.save(args.output)

    print(f"{len(names)} images at {len(stages)} stages -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"make_montage.py: {error}")
