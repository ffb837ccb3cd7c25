// A scale of colours that keeps its order in grey and for eyes that mix up red and green. Pure.

// Points on the way from dark blue over green to yellow (light theme ends darker, so that it stays visible on white).
const LIGHT: readonly [number, number, number][] = [[68, 1, 84], [59, 82, 139], [33, 127, 141], [45, 160, 90], [168, 160, 20]];
const DARK: readonly [number, number, number][] = [[140, 110, 220], [96, 140, 220], [60, 176, 178], [94, 211, 120], [250, 228, 80]];

/** The colour at a part from 0 to 1. */
export function ramp(part: number, dark: boolean): string {
  const points = dark ? DARK : LIGHT;
  const at = Math.min(1, Math.max(0, part)) * (points.length - 1);
  const low = Math.min(points.length - 2, Math.floor(at));
  const one = points[low] as [number, number, number];
  const other = points[low + 1] as [number, number, number];
  const mix = at - low;
  const [r, g, b] = one.map((value, i) => Math.round(value + ((other[i] as number) - value) * mix));
  return `rgb(${r} ${g} ${b})`;
}
