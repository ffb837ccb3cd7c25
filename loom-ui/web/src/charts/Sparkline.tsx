// A few values as bars, as high as a line of text.

/** Bars from zero; what failed has another colour and a notch. */
export function Sparkline({ values, failed, label }: { values: readonly number[]; failed?: readonly boolean[]; label: string }) {
  // One that took very long does not press the others flat: it is cut off at three times the middle one.
  const middle = [...values].sort((a, b) => a - b)[values.length >> 1] ?? 1;
  const most = Math.max(1, Math.min(Math.max(...values), middle * 3));
  const step = 5;
  return (
    <svg className="sparkline" width={values.length * step} height={20} role="img" aria-label={label}>
      <title>{label}</title>
      {values.map((value, at) => {
        const tall = Math.max(2, Math.min(1, value / most) * 18);
        return <rect key={at} x={at * step} y={20 - tall} width={step - 1.5} height={tall} className={failed?.[at] ? "failed" : ""} />;
      })}
    </svg>
  );
}
