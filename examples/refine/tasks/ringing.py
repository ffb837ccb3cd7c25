"""The tone of a tuning fork, and the files that the tasks exchange."""

import csv
import json
import math

NAMES = ("amplitude", "decay", "frequency", "phase")


def tone(time, amplitude, decay, frequency, phase):
    return amplitude * math.exp(-time / decay) * math.cos(2 * math.pi * frequency * time + phase)


def read_signal(path):
    """Times and deflections."""
    with open(path, newline="", encoding="utf-8") as file:
        try:
            rows = [(float(row["time"]), float(row["deflection"])) for row in csv.DictReader(file)]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a signal: {error}") from None
    if len(rows) <= len(NAMES):
        raise ValueError(f"{path}: too short")
    return rows


def read_json(path):
    with open(path, encoding="utf-8") as file:
        try:
            return json.load(file)
        except ValueError as error:
            raise ValueError(f"{path}: not JSON: {error}") from None


def read_estimate(path):
    """Amplitude, decay, frequency and phase."""
    estimate = read_json(path)
    try:
        return [float(estimate[name]) for name in NAMES]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not an estimate: {error}") from None


def write_json(path, value):
    with open(path, "w", newline="\n", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
