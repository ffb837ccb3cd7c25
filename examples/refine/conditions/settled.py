"""Whether an estimate has settled: the last pass has changed next to nothing.

---
kind: condition
inputs:
  quality: {type: json, description: "written by assess.py"}
args:
  tolerance: {type: float, default: 0.0001, description: "the greatest relative change that counts as none"}
---
"""

import json


def evaluate(quality, tolerance=0.0001):
    with open(quality, encoding="utf-8") as file:
        return json.load(file)["largest_change"] < tolerance
