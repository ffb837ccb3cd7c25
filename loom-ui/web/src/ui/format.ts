// Numbers, durations and times as people read them. Pure.

/** `00:41`, `1:02:03`: how long something has been going on. */
export function clock(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(all / 3600);
  const minutes = Math.floor((all % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${two(minutes)}:${two(all % 60)}`;
}

/** `1:20`: how long is left, without a leading zero. */
export function rest(ms: number): string {
  return clock(ms).replace(/^0(?=\d:)/, "");
}

/** `0.4 s`, `12.3 s`, `2 min 05 s`, `1 h 12 min`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  if (ms < 1000) return ms < 10 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 100 ? 2 : 1)} s`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** What stands under an axis of time: short, and the same unit for all of them. */
export function tick(ms: number, step: number): string {
  if (step < 1000) return `${(ms / 1000).toFixed(step < 10 ? 3 : step < 100 ? 2 : 1)} s`;
  return clock(ms);
}

/** At most six digits that count, no tail of zeros. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === Infinity) return "∞";
  if (value === -Infinity) return "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value).replace("-", "−");
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4 ? value.toExponential(3).replace(/\.?0+e/, "e") : String(Number(value.toPrecision(6)));
  return text.replace(/-/g, "−");
}

/** `+0.12`, `−3`, `±0`. */
export function delta(value: number): string {
  if (value === 0) return "±0";
  const text = number(Number(value.toPrecision(3)));
  return value > 0 ? `+${text}` : text;
}

/** `14:03:22` today, `24 Nov 14:03` on other days, with the year if it is another one. */
export function when(ms: number, now: number = Date.now()): string {
  const then = new Date(ms);
  const today = new Date(now);
  const time = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  if (then.toDateString() === today.toDateString()) return time;
  const day = then.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const year = then.getFullYear() === today.getFullYear() ? "" : ` ${then.getFullYear()}`;
  return `${day}${year} ${time.slice(0, 5)}`;
}

/** `just now`, `3 min ago`, `2 h ago`, `5 days ago`. */
export function ago(ms: number, now: number = Date.now()): string {
  const seconds = Math.max(0, (now - ms) / 1000);
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86400) return `${Math.round(seconds / 3600)} h ago`;
  const days = Math.round(seconds / 86400);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

/** `12 B`, `3.4 kB`, `1.2 MB`. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const names = ["kB", "MB", "GB", "TB"];
  let value = size;
  let at = -1;
  while (value >= 999.5 && at < names.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${names[at] ?? "B"}`;
}

/** `1 unit`, `3 units`. */
export function count(n: number, one: string, many: string = `${one}s`): string {
  return `${n.toLocaleString("en-GB")} ${n === 1 ? one : many}`;
}
