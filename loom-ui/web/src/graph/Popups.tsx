// What opens over the board to choose from.
import { useCallback, useState } from "react";
import { edit, select, useStore } from "../api/store";
import type { TaskInfo } from "../api/types";
import { freeName, selectedSteps } from "../app/commands";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Picker } from "../ui/Picker";
import { Popup } from "./Popup";
import { PreviewDialog } from "./PreviewDialog";
import { add, choices, type Choice, things } from "./add";
import { type End, candidates, directed, endOf } from "./connect";
import { setGraph, useGraph } from "./state";

const asOptions = (all: Choice[], close: () => void) => all.map(({ made, ...rest }) => ({ ...rest, onPick: () => (close(), void add(made())) }));

export function Popups({ tasks }: { tasks: readonly TaskInfo[] }) {
  const hotbox = useGraph((now) => now.hotbox);
  const drop = useGraph((now) => now.drop);
  const connect = useGraph((now) => now.connect);
  const preview = useGraph((now) => now.preview);
  const grouping = useGraph((now) => now.grouping);
  const closeHotbox = useCallback(() => setGraph({ hotbox: null }), []);
  const closeDrop = useCallback(() => setGraph({ drop: null }), []);
  return (
    <>
      {hotbox !== null && (
        <Popup label="Add to the pipeline" at={hotbox.at} onClose={closeHotbox}>
          <Picker label="What to add" placeholder="Add a task, data, a parameter…" options={asOptions(things(tasks, hotbox.place), closeHotbox)} />
        </Popup>
      )}
      {drop !== null && <Drop tasks={tasks} onClose={closeDrop} />}
      {connect !== null && <Connect key={connect} node={connect} />}
      {preview !== null && <PreviewDialog node={preview.node} title={preview.title} />}
      {grouping && <Grouping />}
    </>
  );
}

function Drop({ tasks, onClose }: { tasks: readonly TaskInfo[]; onClose: () => void }) {
  const drop = useGraph((now) => now.drop);
  const board = useStore((store) => store.doc?.board);
  if (drop === null || board === undefined) return null;
  const start = endOf(board, drop.from);
  if (start === null) return null;
  return (
    <Popup label="What fits here" at={drop.at} onClose={onClose}>
      <Picker label="What fits here" placeholder={drop.back ? "Where does it come from?" : "Where does it go?"} empty="Nothing here fits that" options={asOptions(choices(start, drop.back, tasks, drop.place), onClose)} />
    </Popup>
  );
}

const portName = (end: End) => (end.port.label === "" ? (end.port.side === "left" ? "what it takes" : "what it gives") : end.port.label);

/** Joins a card to another without a pointer: first its port, then where to. */
function Connect({ node }: { node: string }) {
  const board = useStore((store) => store.doc?.board);
  const card = board?.cards.find((one) => one.id === node);
  const [port, setPort] = useState<string | null>(card?.ports.length === 1 ? (card.ports[0]?.id ?? null) : null);
  const close = () => setGraph({ connect: null });
  if (board === undefined || card === undefined) return null;
  const start = port === null ? null : endOf(board, { node, port });
  return (
    <Dialog title={start === null ? `Connect ${card.label.full}` : `Connect ${card.label.full}, ${portName(start)}`} onClose={close}>
      {start === null ? (
        <Picker
          key="port"
          label="Port"
          placeholder="Which of its ports?"
          empty="It has no ports"
          options={card.ports.map((one) => ({
            id: one.side + one.id,
            label: portName({ card, port: one }),
            sub: [one.side === "left" ? "takes" : "gives", one.data_type, one.value].filter(Boolean).join(" · "),
            hint: one.state === "open" ? (one.required ? "needed" : "open") : one.state === "connected" ? "connected" : "has a value",
            onPick: () => setPort(one.id),
          }))}
        />
      ) : (
        <Picker
          key="target"
          label="Where to"
          placeholder={start.port.side === "left" ? "From where?" : "Where to?"}
          empty="Nothing here fits that"
          options={candidates(board, start, start.port.side === "left").map((end) => ({
            id: `${end.card.id} ${end.port.id}`,
            label: end.port.label === "" || end.card.kind === "data" ? end.card.label.full : `${end.card.label.full}.${end.port.label}`,
            sub: [end.card.kind, end.port.data_type ?? end.card.data_type].filter(Boolean).join(" · "),
            hint: end.port.state === "open" ? (end.port.required ? "needed" : "open") : undefined,
            onPick: () => {
              close();
              const { from, to } = directed({ node, port: start.port.id }, { node: end.card.id, port: end.port.id }, start.port.side === "left");
              void edit([{ op: "connect", from, to }]);
            },
          }))}
        />
      )}
    </Dialog>
  );
}

/** Asks what a new group is to be called. */
function Grouping() {
  const [name, setName] = useState(() => freeName("group"));
  const close = () => setGraph({ grouping: false });
  const steps = selectedSteps().map((one) => `step:${one}`);
  const make = async () => {
    if (name.trim() === "") return;
    if (await edit([{ op: "group", nodes: steps, name: name.trim() }])) {
      close();
      select([`group:${name.trim()}`]);
    }
  };
  return (
    <Dialog
      title={`Group ${steps.length} ${steps.length === 1 ? "step" : "steps"}`}
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" onClick={() => void make()}>
            Group
          </Button>
        </>
      }
    >
      <label htmlFor="group-name">Name of the group</label>
      <input
        id="group-name"
        className="input"
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
        onFocus={(event) => event.target.select()}
        onKeyDown={(event) => {
          if (event.key === "Enter") void make();
        }}
      />
    </Dialog>
  );
}
