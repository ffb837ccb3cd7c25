"""Draw a trace.

---
inputs:
  trace: {type: csv, description: "columns time, counts"}
outputs:
  --output: {type: image, description: "an SVG file"}
---
"""

import argparse
import csv
import sys

WIDTH, HEIGHT = 900, 220


def main():
    parser = argparse.ArgumentParser(description="Draw a trace.")
    parser.add_argument("trace", help="CSV file with columns time, counts")
    parser.add_argument("--output", required=True, help="SVG file to write")
    args = parser.parse_args()

    with open(args.trace, newline="", encoding="utf-8") as file:
        try:
            rows = [(float(row["time"]), float(row["counts"])) for row in csv.DictReader(file)]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{args.trace}: not a trace: {error}") from None
    if len(rows) < 2:
        raise ValueError(f"{args.trace}: too short")
    end, top = rows[-1][0], max(abs(value) for _, value in rows) or 1.0
    points = " ".join(f"{time / end * WIDTH:.1f},{HEIGHT / 2 * (1 - 0.95 * value / top):.1f}" for time, value in rows)
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">\n'
                   f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n'
                   f'<polyline fill="none" stroke="black" stroke-width="0.7" points="{points}"/>\n</svg>\n')

    print(f"{end:.0f} s -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"plot_trace.py: {error}")
