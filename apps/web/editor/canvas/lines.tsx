/** Owns lines: from port to port, back below their loop, with a name where a node has several outputs. */
import {
  BaseEdge,
  type ConnectionLineComponentProps,
  EdgeLabelRenderer,
  type EdgeProps,
  useConnection,
  useStore,
} from '@xyflow/react';
import { memo } from 'react';
import { documentOf } from '../document/store.ts';
import type { FlowEdge } from './flow.ts';
import { useEditor } from './context.ts';
import { END, START } from '../scene/scene.ts';
import { BARS, HANDLE } from '../scene/sizes.ts';
import { wireBetween, whyNot } from './connecting.ts';
import { DOT_X } from './flow.ts';
import { useView } from './view.ts';

/** From the outer edge of the port between the dots to the thin bar. */
const TO_BAR = DOT_X + HANDLE / 2 - BARS;

function curve(x1: number, y1: number, x2: number, y2: number): string {
  if (Math.abs(y1 - y2) < 0.5 && x2 > x1) return `M${x1} ${y1}H${x2}`;
  const bend = x2 > x1 ? Math.max(14, (x2 - x1) / 2) : Math.min(180, 40 + (x1 - x2) / 3);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** Down, back to the left below everything, and up again. */
function around(x1: number, y1: number, x2: number, y2: number, floor: number): string {
  const out = x1 + 22;
  const back = x2 - 22;
  const r = 10;
  return (
    `M${x1} ${y1}H${out - r}a${r} ${r} 0 0 1 ${r} ${r}V${floor - r}a${r} ${r} 0 0 1 ${-r} ${r}` +
    `H${back + r}a${r} ${r} 0 0 1 ${-r} ${-r}V${y2 + r}a${r} ${r} 0 0 1 ${r} ${-r}H${x2}`
  );
}

export const Line = memo(function Line(props: EdgeProps<FlowEdge>) {
  const { id, data, sourceY, targetY, interactionWidth } = props;
  // Lines inside a container go from bar to bar, past the dots that hold their ports.
  const sourceX = props.sourceHandleId === START ? props.sourceX - TO_BAR : props.sourceX;
  const targetX = props.targetHandleId === END ? props.targetX + TO_BAR : props.targetX;
  const far = useStore((state) => state.transform[2] < 0.4);
  const removed = useView((view) => view.differences.get(data?.scene.target ?? '')?.kind === 'removed');
  const edge = data?.scene;
  if (edge === undefined) return null;
  const isReturn = edge.kind === 'return' && edge.floor !== null;
  // The floor is told from the top of the level; the target's own place on it is known.
  const floor = Math.max(sourceY, targetY) + 70;
  const path = isReturn ? around(sourceX, sourceY, targetX, targetY, floor) : curve(sourceX, sourceY, targetX, targetY);
  const label = {
    x: isReturn ? (sourceX + targetX) / 2 : sourceX + Math.min(26, (targetX - sourceX) / 2),
    y: isReturn ? floor : sourceY + (targetY - sourceY) * 0.2,
  };
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        {...(interactionWidth === undefined ? {} : { interactionWidth })}
        {...(removed ? { strokeDasharray: '4 4' } : {})}
      />
      {isReturn && <path className="fill-accent" d={`M${targetX - 2} ${targetY}l-9 -5.500v11z`} />}
      {edge.label !== null && !far && (
        <EdgeLabelRenderer>
          <span
            className={
              isReturn
                ? 'absolute rounded-[9px] border border-accent-line bg-bg px-2 text-[11px] leading-[16px] font-semibold text-accent'
                : 'absolute rounded-[4px] bg-bg px-[5px] text-[11px] leading-4 font-medium text-ink3'
            }
            style={{
              transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)`,
              zIndex: edge.depth * 4 + 2,
            }}
          >
            {edge.label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

/** While a line is drawn: where it would go. */
export function DrawnLine({ fromX, fromY, toX, toY, fromHandle, connectionStatus }: ConnectionLineComponentProps) {
  const path = fromHandle.type === 'source' ? curve(fromX, fromY, toX, toY) : curve(toX, toY, fromX, fromY);
  const refused = connectionStatus === 'invalid';
  return (
    <path
      d={path}
      fill="none"
      className={refused ? 'stroke-failed' : 'stroke-ink'}
      strokeWidth={2}
      {...(refused ? { strokeDasharray: '4 4' } : {})}
    />
  );
}

/** Why a line cannot be, at the pointer, over everything. */
export function Refusal() {
  const { workflow } = useEditor();
  const { inProgress, fromHandle, fromNode, toHandle, toNode, to } = useConnection();
  const transform = useStore((state) => state.transform);
  if (!inProgress || toNode === null || toHandle === null) return null;
  const wire = wireBetween(
    { node: fromNode.id, handle: fromHandle.id ?? '', type: fromHandle.type },
    { node: toNode.id, handle: toHandle.id ?? '', type: toHandle.type },
  );
  const why = wire === null ? 'A line goes from an output to an input.' : whyNot(documentOf(workflow).definition, wire);
  if (why === null) return null;
  const [x, y, zoom] = transform;
  return (
    <p
      role="alert"
      className="pointer-events-none absolute z-20 w-fit max-w-[280px] rounded-chip bg-ink px-2 py-1 text-meta text-surface"
      style={{ left: to.x * zoom + x + 16, top: to.y * zoom + y + 12 }}
    >
      {why}
    </p>
  );
}
