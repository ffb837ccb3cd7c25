// Pictures of 16 by 16, drawn with the colour of the text. They say nothing to a screen reader: the words beside them do.
const PATHS = {
  run: "M5 3.5v9l7-4.5z",
  stop: "M4.5 4.5h7v7h-7z",
  undo: "M6 3 3 6l3 3M3 6h6a4 4 0 0 1 0 8H6",
  redo: "m10 3 3 3-3 3M13 6H7a4 4 0 0 0 0 8h3",
  down: "m4 6 4 4 4-4",
  right: "m6 4 4 4-4 4",
  more: "M3.5 8h.01M8 8h.01M12.500 8h.01",
  close: "m4 4 8 8M12 4l-8 8",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  map: "M2 4.500l4-2 4 2 4-2v9l-4 2-4-2-4 2zM6 2.500v9M10 4.500v9",
  filter: "M2.500 3h11l-4.300 5.500v4l-2.400 1V8.500z",
  rail: "M2.500 3h11v10h-11zM6 3v10",
  panel: "M2.500 3h11v10h-11zM10 3v10",
  command: "M2.500 3h11v10h-11zM5 6.500l2 1.500-2 1.500M8.500 10h2.500",
  open: "M9 2.500h4.500V7M13.500 2.500l-6 6M11.500 9.500v4h-9v-9h4",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM11 11l3 3",
  save: "M3 3h8l2 2v8H3zM5.500 3v3h4V3M5 13V9h6v4",
  fit: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  layout: "M2.500 5.500h4v5h-4zM9.500 2.500h4v4h-4zM9.500 9.500h4v4h-4zM6.500 8h1.500V4.500h1.500M8 8v3.500h1.500",
  step: "M3 4h10v8H3zM6 6.500l2 1.500-2 1.500",
  condition: "m8 2 6 6-6 6-6-6zM8 6v2.500M8 10.500h.01",
  switch: "M2 8h4M6 8l4-4h4M6 8l4 4h4",
  data: "M4 2h5l3 3v9H4zM9 2v3h3",
  folder: "M2 4h4l1.500 2H14v7H2z",
  parameter: "M2 5h7M13 5h1M9 5a2 2 0 1 0 4 0 2 2 0 0 0-4 0M2 11h1M7 11h7M3 11a2 2 0 1 0 4 0 2 2 0 0 0-4 0",
  group: "M2.500 4.500h11v8h-11zM2.500 4.500 4 2.500h4l1 2",
  branches: "M4.500 5.500h9v8h-9zM2.500 10.500v-8h8",
  reset: "M3 8a5 5 0 1 0 1.500-3.500L3 6M3 3v3h3",
  link: "M6.500 9.500l3-3M7 5l1.500-1.500a2.500 2.500 0 0 1 4 3.500L11 8.500M9 11l-1.500 1.500a2.500 2.500 0 0 1-4-3.500L5 7.500",
  pin: "M8 9.500V14M5 9.500h6L10 6V2.500H6V6z",
  copy: "M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3",
  bin: "M3 4.500h10M6.500 4.500v-2h3v2M4.500 4.500l.5 9h6l.5-9",
  download: "M8 2v8M5 7l3 3 3-3M3 13h10",
  eye: "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  image: "M2.500 3h11v10h-11zM5.500 6.500h.01M2.500 11l3.500-3 2.500 2 2-1.500 3 2.500",
  table: "M2.500 3h11v10h-11zM2.500 6.500h11M6 3v10",
  json: "M6 2.500c-2 0-2 1-2 2.500S4 7.500 2.500 8C4 8.500 4 9.500 4 11s0 2.500 2 2.500M10 2.500c2 0 2 1 2 2.500s0 2.500 1.500 3C12 8.500 12 9.500 12 11s0 2.500-2 2.500",
  text: "M3 4h10M3 7h10M3 10h7M3 13h9",
  video: "M2.500 4h8v8h-8zM10.500 7l3-2v6l-3-2z",
  warning: "M8 2.500 14.500 13.500h-13zM8 6.500v3M8 11.500h.01",
  error: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5v3.500M8 10.800h.01",
  check: "m3.500 8.500 3 3 6-7",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg className="ic" width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth={name === "more" ? 2.4 : 1.5} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
