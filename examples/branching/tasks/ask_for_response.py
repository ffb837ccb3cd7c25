"""Write down that the calibration of the instrument is missing.

---
inputs:
  response: {type: json, description: "where the calibration should be"}
outputs:
  --output: {type: txt, description: "the note"}
---
"""

import argparse
import os
import sys

NOTE = """\
The trace is in counts, since {name} is not there. It should look like this:

{{
  "seismometer": "STS-2",
  "counts_per_m_per_s": 629000000
}}
"""


def main():
    parser = argparse.ArgumentParser(description="Write down that the calibration is missing.")
    parser.add_argument("response", help="where the calibration should be")
    parser.add_argument("--output", required=True, help="text file to write: the note")
    args = parser.parse_args()

    name = os.path.basename(args.response)
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        file.write(NOTE.format(name=name))

    print(f"no {name}: the trace stays in counts")


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"ask_for_response.py: {error}")
