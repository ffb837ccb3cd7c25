"""Write the bulletin of an earthquake.

---
inputs:
  event: {type: json, description: "written by measure_event.py"}
outputs:
  --output: {type: txt, description: "the bulletin"}
---
"""

import argparse
import json
import sys

CLASSES = ((2.0, "micro, not felt"), (4.0, "minor, felt near by"), (5.0, "light"), (6.0, "moderate"), (99.0, "strong"))


def main():
    parser = argparse.ArgumentParser(description="Write the bulletin of an earthquake.")
    parser.add_argument("event", help="JSON file written by measure_event.py")
    parser.add_argument("--output", required=True, help="text file to write: the bulletin")
    args = parser.parse_args()

    with open(args.event, encoding="utf-8") as file:
        try:
            event = json.load(file)
            magnitude, distance = float(event["magnitude"]), float(event["distance_km"])
        except (KeyError, TypeError, ValueError):
            raise ValueError(f"{args.event}: not a result of measure_event.py") from None
    word = next(word for limit, word in CLASSES if magnitude < limit)
    text = f"Earthquake of magnitude {magnitude:.1f} ({word}), about {distance:.0f} km from the station."
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        file.write(text + "\n")

    print(text)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"write_bulletin.py: {error}")
