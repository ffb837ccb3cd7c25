"""Draw the beginning of an ECG and mark every beat that was found in it.

---
inputs:
  ecg: {type: csv, description: "samples with columns time (s), voltage (mV)"}
  beats: {type: csv, description: "the time of every beat, in seconds"}
outputs:
  --output: {type: image, description: "the drawing, as SVG"}
args:
  --seconds: {type: float, default: 10, description: "how much of the recording to draw"}
---
"""

import argparse
import csv
import math
import sys

SECOND, MILLIVOLT, MARGIN = 100, 120, 20  # in pixels

SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" fill="none">
  <rect width="100%" height="100%" fill="white"/>
  <g stroke="crimson" stroke-width="1" stroke-dasharray="4 3">
{marks}
  </g>
  <polyline stroke="black" stroke-width="1.2" points="{points}"/>
</svg>
"""


def read_column(path, name):
    """The named column of a CSV file, as numbers."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, restval="")
        if name not in (reader.fieldnames or []):
            raise ValueError(f"{path}: no column '{name}'")
        return [number(row[name], f"{path}:{reader.line_num}: {name}") for row in reader]


def number(text, place):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{place} {text!r} is not a number")
    return value


def draw(times, voltage, beats):
    """The curve as a line, the beats as upright strokes."""
    top, bottom = max(voltage), min(voltage)
    width = 2 * MARGIN + SECOND * (times[-1] - times[0])
    height = 2 * MARGIN + MILLIVOLT * (top - bottom)

    def x(time):
        return MARGIN + SECOND * (time - times[0])

    def y(value):
        return MARGIN + MILLIVOLT * (top - value)

    return SVG.format(
        width=width,
        height=height,
        marks="\n".join(f'    <path d="M{x(beat):.1f} 0V{height:.0f}"/>' for beat in beats),
        points=" ".join(f"{x(time):.1f},{y(value):.1f}" for time, value in zip(times, voltage)),
    )


def main():
    parser = argparse.ArgumentParser(description="Draw the beginning of an ECG and mark its beats.")
    parser.add_argument("ecg", help="CSV file with columns time, voltage")
    parser.add_argument("beats", help="CSV file with a column time")
    parser.add_argument("--output", required=True, help="SVG file to write")
    parser.add_argument("--seconds", type=float, default=10, help="how much of the recording to draw (default: 10)")
    args = parser.parse_args()
    if not args.seconds > 0:
        raise ValueError(f"--seconds must be above 0, not {args.seconds}")

    times = read_column(args.ecg, "time")
    voltage = read_column(args.ecg, "voltage")
    beats = read_column(args.beats, "time")
    if not times:
        raise ValueError(f"{args.ecg}: no samples")
    end = times[0] + args.seconds
    times = [time for time in times if time < end]
    voltage = voltage[:len(times)]
    beats = [beat for beat in beats if beat < end]

    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        file.write(draw(times, voltage, beats))

    print(f"{len(beats)} beats marked in the first {args.seconds:g} s -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, csv.Error) as error:
        sys.exit(f"plot_beats.py: {error}")
