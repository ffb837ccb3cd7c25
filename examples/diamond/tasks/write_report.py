"""Put the size of the effect and its significance on one page.

---
inputs:
  effect: {type: json, description: "difference of means, its 95 % interval and Cohen's d"}
  significance: {type: json, description: "difference of means and its two-sided p value"}
outputs:
  --output: {type: txt, description: "the report"}
args:
  --alpha: {type: float, default: 0.05, description: "p values below it count as significant"}
---
"""

import argparse
import json
import sys

REPORT = """\
Trial of a drug against high blood pressure
{drug} patients on the drug, {placebo} on placebo

Effect   {difference:.1f} mmHg more than placebo
         95 % interval {low:.1f} to {high:.1f} (bootstrap, {resamples} resamples)
         Cohen's d {cohens_d:.2f}
Test     p = {p_value:.4f} (permutation test, {permutations} permutations)
Verdict  {verdict} at alpha = {alpha}
"""


def read_json(path):
    with open(path, encoding="utf-8") as file:
        try:
            return json.load(file)
        except ValueError as error:
            raise ValueError(f"{path}: not JSON: {error}") from None


def report(effect, test, alpha):
    """The text, made only if both analyses saw the same patients."""
    for name in ("patients", "difference"):
        if effect[name] != test[name]:
            raise ValueError(f"the two analyses are not of one trial: {name} {effect[name]} and {test[name]}")
    low, high = effect["interval"]
    return REPORT.format(
        drug=effect["patients"]["drug"],
        placebo=effect["patients"]["placebo"],
        difference=effect["difference"],
        low=low,
        high=high,
        resamples=effect["resamples"],
        cohens_d=effect["cohens_d"],
        p_value=test["p_value"],
        permutations=test["permutations"],
        verdict="significant" if test["p_value"] < alpha else "not significant",
        alpha=alpha,
    )


def main():
    parser = argparse.ArgumentParser(description="Put the size of the effect and its significance on one page.")
    parser.add_argument("effect", help="JSON file with the difference, its interval and Cohen's d")
    parser.add_argument("significance", help="JSON file with the difference and its p value")
    parser.add_argument("--output", required=True, help="text file to write: the report")
    parser.add_argument("--alpha", type=float, default=0.05,
                        help="p values below it count as significant (default: 0.05)")
    args = parser.parse_args()
    if not 0 < args.alpha < 1:
        raise ValueError(f"--alpha must lie between 0 and 1, not {args.alpha}")

    effect = read_json(args.effect)
    test = read_json(args.significance)
    try:
        text = report(effect, test, args.alpha)
    except KeyError as error:
        raise ValueError(f"no entry {error} in {args.effect} or {args.significance}") from None
    except TypeError as error:
        raise ValueError(f"{args.effect} or {args.significance} is not an analysis: {error}") from None
    with open(args.output, "w", newline="\n", encoding="utf-8") as file:
        file.write(text)

    print(text, end="")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"write_report.py: {error}")
