"""Write down what is known about a tuning fork.

---
inputs:
  estimate: {type: json, description: "written by newton.py"}
  quality: {type: json, description: "written by assess.py"}
outputs:
  --output: {type: txt, description: "the report"}
---
"""

import argparse
import math
import sys

from ringing import read_estimate, read_json

REPORT = """\
Frequency  {frequency:.4f} +/- {frequency_error:.4f} Hz
Decay      {decay:.4f} +/- {decay_error:.4f} s
Quality    Q = {q:.0f}
Off        {cents:+.2f} cents from 440 Hz
Residual   {residual:.3f} RMS
"""


def main():
    parser = argparse.ArgumentParser(description="Write down what is known about a tuning fork.")
    parser.add_argument("estimate", help="JSON file written by newton.py")
    parser.add_argument("quality", help="JSON file written by assess.py")
    parser.add_argument("--output", required=True, help="text file to write: the report")
    args = parser.parse_args()

    _, decay, frequency, _ = read_estimate(args.estimate)
    try:
        errors = read_json(args.estimate)["standard_errors"]
        text = REPORT.format(
            frequency=frequency,
            frequency_error=errors["frequency"],
            decay=decay,
            decay_error=errors["decay"],
            q=math.pi * frequency * decay,
            cents=1200 * math.log2(frequency / 440),
            residual=read_json(args.quality)["rms_residual"],
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{args.estimate} or {args.quality} is not what it should be: {error}") from None
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        file.write(text)

    print(text, end="")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"write_report.py: {error}")
