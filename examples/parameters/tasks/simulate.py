"""Simulate the concentration of a drug in the blood: one compartment, first-order absorption and elimination.

---
inputs:
  patient: {type: json, description: "weight, volume of distribution, half-life and absorption rate"}
outputs:
  --output: {type: csv, description: "time in hours, concentration in mg/L"}
args:
  --dose: {type: float, required: true, description: "each dose, in mg"}
  --dose-times: {type: float, required: true, description: "when a dose is given, in hours; one or more"}
  --loading-dose: {type: float, description: "a first dose of another size, in mg; without it, the first is like all"}
  --intravenous: {type: bool, default: false, description: "injected into a vein instead of swallowed"}
  --step: {type: float, default: 0.1, description: "time between two values, in hours"}
  --hours: {type: float, default: 48, description: "for how long"}
---
"""

import argparse
import csv
import json
import math
import sys


def read_patient(path):
    """Volume in L, and the rates of elimination and absorption per hour."""
    with open(path, encoding="utf-8") as file:
        try:
            patient = json.load(file)
            volume = patient["weight_kg"] * patient["volume_l_per_kg"]
            return volume, math.log(2) / patient["half_life_h"], float(patient["absorption_per_h"])
        except KeyError as error:
            raise ValueError(f"{path}: no entry {error}") from None
        except (TypeError, ValueError, ZeroDivisionError) as error:
            raise ValueError(f"{path}: not a patient: {error}") from None


def concentration(hours, dose, volume, elimination, absorption, intravenous):
    """What is left of one dose some hours after it, in mg/L (for a swallowed one, the Bateman function)."""
    if hours < 0:
        return 0.0
    if intravenous:
        return dose / volume * math.exp(-elimination * hours)
    share = absorption / (absorption - elimination)
    return dose / volume * share * (math.exp(-elimination * hours) - math.exp(-absorption * hours))


def main():
    parser = argparse.ArgumentParser(description="Simulate the concentration of a drug in the blood.")
    parser.add_argument("patient", help="JSON file with the patient's constants")
    parser.add_argument("--output", required=True, help="CSV file to write: time, concentration")
    parser.add_argument("--dose", type=float, required=True, help="each dose, in mg")
    parser.add_argument("--dose-times", type=float, nargs="+", required=True, metavar="HOUR",
                        help="when a dose is given, in hours")
    parser.add_argument("--loading-dose", type=float, help="a first dose of another size, in mg")
    parser.add_argument("--intravenous", action="store_true", help="injected into a vein instead of swallowed")
    parser.add_argument("--step", type=float, default=0.1, help="time between two values, in hours (default: 0.1)")
    parser.add_argument("--hours", type=float, default=48, help="for how long (default: 48)")
    args = parser.parse_args()
    if not 0 < args.step <= args.hours:
        raise ValueError(f"--step must lie between 0 and --hours, not be {args.step}")

    constants = read_patient(args.patient)
    doses = [[time, args.dose] for time in sorted(args.dose_times)]
    if args.loading_dose is not None:
        doses[0][1] = args.loading_dose

    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", "concentration"])
        for i in range(round(args.hours / args.step) + 1):
            now = i * args.step
            total = sum(concentration(now - time, dose, *constants, args.intravenous) for time, dose in doses)
            writer.writerow([f"{now:.2f}", f"{total:.4f}"])

    way = "into a vein" if args.intravenous else "swallowed"
    print(f"{len(doses)} doses, {sum(dose for _, dose in doses):g} mg in all, {way} -> {args.output}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, ZeroDivisionError) as error:
        sys.exit(f"simulate.py: {error}")
