// How long things take: in the page, in the server, and by a loop of known work beside them.
import { readFileSync } from "node:fs";

/** Milliseconds of a fixed piece of work: what the machine has to spare just now. */
export function calibrate() {
  const began = performance.now();
  let x = 1;
  for (let at = 0; at < 20_000_000; at += 1) x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
  const took = performance.now() - began;
  return x === 0.5 ? 0 : took;
}

export const sorted = (list) => [...list].sort((a, b) => a - b);
export const quantile = (list, part) => sorted(list)[Math.min(list.length - 1, Math.floor(list.length * part))] ?? NaN;
export const median = (list) => quantile(list, 0.5);

/** Processor time that a process and its children that still live have used, in milliseconds. */
export function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory of a process, in megabytes. */
export function resident(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

/** What is put into the page before anything of it runs. */
export function inside() {
  window.bench = { first: null, frames: null };
  const shown = () => document.querySelector("[data-card], canvas.far-board[data-drawn]") !== null;
  const look = () => {
    // A picture is there when the frame after the one that made it begins.
    if (shown()) requestAnimationFrame(() => setTimeout(() => (window.bench.first = performance.now())));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  window.bench.record = () => {
    const frames = [];
    window.bench.frames = frames;
    let last = performance.now();
    const beat = (now) => {
      frames.push(now - last);
      last = now;
      if (window.bench.frames === frames) requestAnimationFrame(beat);
    };
    requestAnimationFrame((now) => ((last = now), requestAnimationFrame(beat)));
  };
  window.bench.stop = () => {
    const frames = window.bench.frames;
    window.bench.frames = null;
    return frames;
  };
}

/** The times between frames while something goes on. */
export async function frames(page, work) {
  await page.evaluate(() => window.bench.record());
  await work();
  return page.evaluate(() => window.bench.stop());
}

/** Drags the mouse for so many milliseconds, back and forth. */
export async function drag(page, at, { reach = 240, time = 3000 } = {}) {
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  const began = performance.now();
  for (;;) {
    const passed = performance.now() - began;
    if (passed > time) break;
    const angle = passed / 300;
    await page.mouse.move(at.x + Math.sin(angle) * reach, at.y + Math.sin(angle / 2) * reach * 0.4);
  }
  await page.mouse.move(at.x, at.y);
  await page.mouse.up();
}

/** Turns the wheel for so many milliseconds. */
export async function wheel(page, at, time = 3000) {
  await page.mouse.move(at.x, at.y);
  const began = performance.now();
  for (;;) {
    const passed = performance.now() - began;
    if (passed > time) break;
    await page.mouse.wheel(0, Math.sin(passed / 300) > 0 ? -40 : 40);
  }
}
