// What is wrong with the pipeline, by what it is about, with what would mend it.
import { useMemo, useState } from "react";
import { canWrite, edit, select, showView, useDoc } from "../api/store";
import type { Diagnostic, Fix } from "../api/types";
import { count } from "../ui/format";
import { Message } from "../ui/Message";
import { goToLine } from "../text/goto";
import { grouped, underline } from "./group";
import "./problems.css";

/** The view. */
export default function ProblemsView() {
  const doc = useDoc();
  const problems = doc?.diagnostics ?? [];
  const labels = useMemo(() => new Map((doc?.outline ?? []).map((item) => [item.id, item.label])), [doc?.outline]);
  const groups = useMemo(() => grouped(problems, (node) => labels.get(node) ?? node.replace(/^\w+:/, "")), [problems, labels]);
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const warnings = problems.length - errors;
  if (doc === null) return <Message title="Loading…" />;
  if (problems.length === 0) {
    return <Message title="No problems" text={`${doc.path} is right: every reference leads somewhere, every task has what it needs, and nothing is written twice.`} />;
  }
  const summary = [errors > 0 ? count(errors, "error") : "", warnings > 0 ? count(warnings, "warning") : ""].filter(Boolean).join(", ");
  return (
    <div className="screen problems" tabIndex={0} role="region" aria-label="Problems">
      <header className="problems-head">
        <h2>{summary}</h2>
        <p className="muted">
          {errors > 0 ? "Errors keep the pipeline from running; warnings do not." : "Warnings do not keep the pipeline from running."}
          {doc.broken && " The text cannot be read: the graph is that of the last text that could."}
        </p>
      </header>
      {groups.map((group) => (
        <section key={group.node ?? ""} className="problem-group" aria-label={group.label}>
          <h3>
            {group.label} <span className="muted">{count(group.problems.length, "problem")}</span>
          </h3>
          <ul>
            {group.problems.map((problem, at) => (
              <OneProblem key={`${problem.code} ${at}`} problem={problem} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function OneProblem({ problem }: { problem: Diagnostic }) {
  const [busy, setBusy] = useState(false);
  const bad = problem.severity === "error";
  const mark = underline(problem);
  const place = problem.places[0]?.[0];
  const word = problem.places[0]?.[1] ?? "";
  const mend = (fix: Fix) => {
    setBusy(true);
    void edit(fix.ops, { label: fix.label }).finally(() => setBusy(false));
  };
  const others = problem.places.slice(1);
  return (
    <li className={bad ? "problem error" : "problem warning"}>
      <p className="problem-line">
        <span className={`state ${bad ? "fail" : "warn"}`}>
          <span aria-hidden="true">{bad ? "✕" : "⚠"}</span> {problem.severity}
        </span>
        <span className="problem-message">{problem.message}</span>
        {place !== undefined && (
          <span className="muted nowrap">
            line {place.line}, column {place.column}
          </span>
        )}
      </p>
      {mark !== null && place !== undefined && (
        <pre className="problem-excerpt" tabIndex={0} role="group" aria-label={`Line ${place.line}`}>
          <span className="problem-number">{place.line}</span>
          {mark.text}
          {mark.length > 0 && (
            <>
              {"\n"}
              <span className="problem-number" aria-hidden="true" />
              {" ".repeat(mark.from)}
              <span className="problem-caret" aria-hidden="true">
                {"^".repeat(mark.length)}
              </span>
              {word !== "" && <span className="problem-word"> {word}</span>}
            </>
          )}
        </pre>
      )}
      {others.map(([at, what], index) => (
        <p key={index} className="muted problem-other">
          <button type="button" className="link" onClick={() => show(at.line, at.column)}>
            line {at.line}
          </button>
          {what !== "" && `: ${what}`}
        </p>
      ))}
      {problem.hint !== null && (
        <p className="problem-hint">
          <span aria-hidden="true">→</span> {problem.hint}
        </p>
      )}
      <p className="problem-actions">
        {canWrite() &&
          problem.fixes.map((fix, at) => (
            <button key={at} type="button" className={at === 0 ? "btn small primary" : "btn small"} disabled={busy} onClick={() => mend(fix)}>
              {fix.label.charAt(0).toUpperCase() + fix.label.slice(1)}
            </button>
          ))}
        {place !== undefined && (
          <button type="button" className="btn small" onClick={() => show(place.line, place.column)}>
            Show in text
          </button>
        )}
        {problem.node !== null && (
          <button
            type="button"
            className="btn small"
            onClick={() => {
              if (problem.node !== null) select([problem.node]);
              showView("graph");
            }}
          >
            Show in graph
          </button>
        )}
      </p>
    </li>
  );
}

function show(line: number, column: number): void {
  goToLine(line, column);
}
