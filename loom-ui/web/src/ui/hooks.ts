// What charts and panes have in common: their size, the theme, a clock.
import { useEffect, useState, type RefObject } from "react";

/** The size of an element, kept up to date. */
export function useSize(ref: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const read = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    read();
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

/** Whether the page is dark now. */
export function useDark(): boolean {
  const [dark, setDark] = useState(isDark);
  useEffect(() => {
    const observer = new MutationObserver(() => setDark(isDark()));
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => observer.disconnect();
  }, []);
  return dark;
}

function isDark(): boolean {
  return document.documentElement.dataset["theme"] === "dark";
}

/** A number that changes every `every` milliseconds while it is wanted. */
export function useBeat(wanted: boolean, every: number): number {
  const [beat, setBeat] = useState(0);
  useEffect(() => {
    if (!wanted) return;
    const timer = setInterval(() => setBeat((n) => n + 1), every);
    return () => clearInterval(timer);
  }, [wanted, every]);
  return beat;
}

/** The value once it has stood still for a while. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
