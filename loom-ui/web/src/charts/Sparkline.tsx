// A few values as bars, as high as a line of text.

/** Bars from zero; what failed has another colour and a notch. */
export function Sparkline({ values, failed, label }: { values: readonly number[]; failed?: readonly boolean[]; label: string }) {
  const most = Math.max(1, ...values);
  const step = 5;
  return (
    <svg className="sparkline" width={values.length * step} height={20} role="img" aria-label={label}>
      <title>{label}</title>
      {values.map((value, at) => {
        const tall = Math.max(2, (value / most) * 18);
        return <rect key={at} x={at * step} y={20 - tall} width={step - 1.5} height={tall} className={failed?.[at] ? "failed" : ""} />;
      })}
    </svg>
  );
}
