// Two runs against each other.
import { useMemo } from "react";
import type { RunDiff } from "../api/types";
import { count, duration, when } from "../ui/format";
import { runMark } from "../runs/words";
import { byUnit } from "./diff";

/** The differences, unit by unit. */
export function DiffPane({ diff }: { diff: RunDiff }) {
  const units = useMemo(() => byUnit(diff.lines), [diff.lines]);
  const { one, other } = diff;
  const by = other.took_ms - one.took_ms;
  return (
    <section className="rundiff" aria-label={`Run ${one.number} against run ${other.number}`} tabIndex={0}>
      <h3 className="pane-title">
        Run {one.number} → run {other.number}
      </h3>
      <p className="muted">
        {runMark(one.state).word} in {duration(one.took_ms)} ({when(one.began)}) → {runMark(other.state).word} in {duration(other.took_ms)} ({when(other.began)}){by === 0 ? "" : `, ${duration(Math.abs(by))} ${by > 0 ? "longer" : "shorter"}`}
        {" · "}
        {units.length === 0 ? "no unit differs" : `${count(units.length, "unit")} differ`}
      </p>
      {units.length > 0 && (
        <table className="diff-table">
          <thead>
            <tr>
              <th scope="col">Unit</th>
              <th scope="col">What</th>
              <th scope="col">Run {one.number}</th>
              <th scope="col">Run {other.number}</th>
            </tr>
          </thead>
          <tbody>
            {units.flatMap(({ unit, lines }) =>
              lines.map((line, at) => (
                <tr key={`${unit} ${line.what} ${at}`} className={at === 0 ? "first" : ""}>
                  {at === 0 && (
                    <th scope="rowgroup" rowSpan={lines.length}>
                      {unit === "" ? "The run" : unit}
                    </th>
                  )}
                  <td>{line.what}</td>
                  <td className="was">{line.one ?? <span className="muted">not there</span>}</td>
                  <td className="is">{line.other ?? <span className="muted">not there</span>}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      )}
    </section>
  );
}
