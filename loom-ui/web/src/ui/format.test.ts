import { describe, expect, it } from "vitest";
import { ago, bytes, clock, count, delta, duration, number, rest, tick, when } from "./format";

describe("times", () => {
  it("counts like a clock", () => {
    expect(clock(41_000)).toBe("00:41");
    expect(clock(3_723_000)).toBe("1:02:03");
    expect(clock(-5)).toBe("00:00");
    expect(rest(80_000)).toBe("1:20");
    expect(rest(9_000)).toBe("0:09");
    expect(rest(725_000)).toBe("12:05");
  });
  it("says how long, in units that fit", () => {
    expect(duration(null)).toBe("–");
    expect(duration(7)).toBe("7 ms");
    expect(duration(40)).toBe("0.04 s");
    expect(duration(420)).toBe("0.4 s");
    expect(duration(12_340)).toBe("12.3 s");
    expect(duration(59_970)).toBe("1 min 00 s");
    expect(duration(125_000)).toBe("2 min 05 s");
    expect(duration(4_320_000)).toBe("1 h 12 min");
  });
  it("keeps the marks of an axis apart", () => {
    expect(tick(1500, 500)).toBe("1.5 s");
    expect(tick(20, 5)).toBe("0.020 s");
    expect(tick(90_000, 30_000)).toBe("01:30");
  });
  it("says when", () => {
    const now = new Date(2026, 10, 25, 14, 30, 0).getTime();
    expect(when(new Date(2026, 10, 25, 14, 3, 22).getTime(), now)).toBe("14:03:22");
    expect(when(new Date(2026, 10, 24, 14, 3, 22).getTime(), now)).toBe("24 Nov 14:03");
    expect(when(new Date(2025, 10, 24, 14, 3, 22).getTime(), now)).toBe("24 Nov 2025 14:03");
    expect(ago(now - 3 * 60_000, now)).toBe("3 min ago");
    expect(ago(now - 26 * 3_600_000, now)).toBe("1 day ago");
  });
});

describe("numbers", () => {
  it("have six digits that count at most", () => {
    expect(number(0.123456789)).toBe("0.123457");
    expect(number(12)).toBe("12");
    expect(number(-0.5)).toBe("−0.5");
    expect(number(0.00001)).toBe("1e−5");
    expect(number(12_345_678.9)).toBe("1.235e+7");
    expect(number(null)).toBe("–");
  });
  it("say how far apart they are", () => {
    expect(delta(0.1234567)).toBe("+0.123");
    expect(delta(-3)).toBe("−3");
    expect(delta(0)).toBe("±0");
  });
  it("count and measure", () => {
    expect(bytes(12)).toBe("12 B");
    expect(bytes(3400)).toBe("3.4 kB");
    expect(bytes(999_600)).toBe("1.0 MB");
    expect(count(1, "unit")).toBe("1 unit");
    expect(count(1200, "unit")).toBe("1,200 units");
  });
});
