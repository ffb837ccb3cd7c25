"""Put the diversity of two habitats side by side.

---
inputs:
  similarity: {type: json, description: "written by compare_habitats.py"}
  first: {type: json, description: "written by measure_diversity.py"}
  second: {type: json, description: "the same of the other habitat"}
outputs:
  --output: {type: txt, description: "the report"}
---
"""

import argparse
import json
import sys

ROWS = (
    ("individuals", "individuals", "d"),
    ("species found", "species", "d"),
    ("species expected (Chao1)", "chao1", ".1f"),
    ("Shannon index", "shannon", ".2f"),
    ("evenness", "evenness", ".2f"),
    ("Simpson index", "simpson", ".2f"),
)


def read_json(path):
    with open(path, encoding="utf-8") as file:
        try:
            return json.load(file)
        except ValueError as error:
            raise ValueError(f"{path}: not JSON: {error}") from None


def main():
    parser = argparse.ArgumentParser(description="Put the diversity of two habitats side by side.")
    parser.add_argument("similarity", help="JSON file written by compare_habitats.py")
    parser.add_argument("first", help="JSON file written by measure_diversity.py")
    parser.add_argument("second", help="the same of the other habitat")
    parser.add_argument("--output", required=True, help="text file to write: the report")
    args = parser.parse_args()

    similarity, first, second = (read_json(path) for path in (args.similarity, args.first, args.second))
    try:
        lines = [f"{'':<26}{first['survey']:>10}{second['survey']:>10}"]
        lines += [f"{title:<26}{first[key]:>10{form}}{second[key]:>10{form}}" for title, key, form in ROWS]
        lines.append(f"In common: {len(similarity['shared'])} species (Jaccard {similarity['jaccard']:.2f}); "
                     f"Bray-Curtis dissimilarity {similarity['bray_curtis']:.2f}")
    except KeyError as error:
        raise ValueError(f"no entry {error} in one of the inputs") from None
    except TypeError as error:
        raise ValueError(f"one of the inputs is not a result: {error}") from None
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")

    print("\n".join(lines))


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"write_report.py: {error}")
