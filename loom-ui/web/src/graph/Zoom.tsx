import { useReactFlow, useStore as useFlow } from "@xyflow/react";
import { act, canWrite } from "../api/store";
import { IconButton } from "../ui/Button";
import { keep, useGraph } from "./state";

/** How near the board is, and what brings it into view. */
export function Zoom({ onFit }: { onFit: () => void }) {
  const flow = useReactFlow();
  const zoom = useFlow((store) => store.transform[2]);
  const map = useGraph((now) => now.map);
  return (
    <div className="zoom" role="toolbar" aria-label="View of the graph">
      <IconButton small icon="minus" label="Farther" hint="−" onClick={() => void flow.zoomOut()} />
      <button type="button" className="zoom-word" title="Full size (1)" aria-label={`Zoom ${Math.round(zoom * 100)} percent; back to full size`} onClick={() => void flow.zoomTo(1)}>
        {Math.round(zoom * 100)} %
      </button>
      <IconButton small icon="plus" label="Nearer" hint="+" onClick={() => void flow.zoomIn()} />
      <span className="rule" />
      <IconButton small icon="fit" label="Show everything" hint="0" onClick={onFit} />
      <IconButton small icon="layout" label="Lay out anew" disabled={!canWrite()} onClick={() => void act("layout")} />
      <IconButton small icon="map" label="Map" aria-pressed={map} onClick={() => keep({ map: !map })} />
    </div>
  );
}
