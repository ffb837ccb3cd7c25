"""Measure the pitch of one recording by autocorrelation.

---
inputs:
  recording: {type: csv, description: "columns time in seconds, amplitude"}
outputs:
  --output: {type: csv, description: "one row: frequency in Hz, and how clear it is, from 0 to 1"}
args:
  --lowest: {type: float, default: 60, description: "the lowest pitch to look for, in Hz"}
  --highest: {type: float, default: 400, description: "the highest, in Hz"}
---
"""

import argparse
import csv
import os
import sys

LEAST_CLARITY = 0.5
PERIODS = 8  # the more periods are looked at together, the finer the result


def read_recording(path):
    """The samples a second, and the samples."""
    with open(path, newline="", encoding="utf-8") as file:
        try:
            rows = [(float(row["time"]), float(row["amplitude"])) for row in csv.DictReader(file)]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a recording: {error}") from None
    if len(rows) < 2:
        raise ValueError(f"{path}: too short")
    return round((len(rows) - 1) / (rows[-1][0] - rows[0][0])), [amplitude for _, amplitude in rows]


def likeness(sound, lag):
    """How much the sound is like itself some samples later: 1 for the same, about 0 for noise."""
    early, late = sound[:-lag], sound[lag:]
    both = sum(a * b for a, b in zip(early, late))
    size = (sum(a * a for a in early) * sum(b * b for b in late)) ** 0.5
    return both / size if size else 0.0


def best_lag(sound, lags):
    """The lag of the highest likeness, to a fraction of a sample, and that likeness."""
    values = {lag: likeness(sound, lag) for lag in lags}
    inner = [lag for lag in values if lag - 1 in values and lag + 1 in values]
    top = max(values[lag] for lag in inner)
    # Two or three periods are as alike as one: the first high peak is the one.
    lag = next(lag for lag in inner
               if values[lag] > 0.9 * top and values[lag - 1] <= values[lag] >= values[lag + 1])
    left, middle, right = values[lag - 1], values[lag], values[lag + 1]
    bend = left - 2 * middle + right
    return lag + (0.5 * (left - right) / bend if bend else 0.0), middle


def main():
    parser = argparse.ArgumentParser(description="Measure the pitch of one recording.")
    parser.add_argument("recording", help="CSV file with columns time, amplitude")
    parser.add_argument("--output", required=True, help="CSV file to write: frequency, clarity")
    parser.add_argument("--lowest", type=float, default=60, help="the lowest pitch to look for, in Hz (default: 60)")
    parser.add_argument("--highest", type=float, default=400, help="the highest, in Hz (default: 400)")
    args = parser.parse_args()
    if not 0 < args.lowest < args.highest:
        raise ValueError(f"no pitch lies between {args.lowest:g} and {args.highest:g} Hz")

    rate, sound = read_recording(args.recording)
    first, last = int(rate / args.highest), int(rate / args.lowest) + 2
    if last * 2 > len(sound):
        raise ValueError(f"{args.recording}: too short for a pitch of {args.lowest:g} Hz")
    name = os.path.splitext(os.path.basename(args.recording))[0]
    lag, clarity = best_lag(sound, range(first, last))
    if clarity < LEAST_CLARITY:
        raise ValueError(f"{name} has no pitch (clarity {clarity:.2f}); was the string plucked?")
    periods = max(1, min(PERIODS, int(len(sound) / 2 / lag)))
    centre = round(periods * lag)
    reach = max(2, int(lag / 4))
    fine, _ = best_lag(sound, range(centre - reach, centre + reach + 1))
    frequency = rate * periods / fine

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["frequency", "clarity"])
        writer.writerow([f"{frequency:.2f}", f"{clarity:.2f}"])

    print(f"{name} sounds at {frequency:.2f} Hz")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, ZeroDivisionError) as error:
        sys.exit(f"measure_pitch.py: {error}")
