/**
 * Owns how the nodes and lines of the editor's canvas look on the canvas of a run: what each has done so far below it,
 * what the chosen iteration made of it, the rest dimmed; values on the lines.
 */
import {
  EdgeLabelRenderer,
  type EdgeProps,
  type EdgeTypes,
  type NodeProps,
  type NodeTypes,
  useStore,
} from '@xyflow/react';
import { memo, type ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { FlowEdge, FlowNode } from '../../editor/canvas/flow.ts';
import { Line } from '../../editor/canvas/lines.tsx';
import { LoopNode } from '../../editor/canvas/loop-node.tsx';
import { NoteNode } from '../../editor/canvas/note-node.tsx';
import { StepNode } from '../../editor/canvas/step-node.tsx';
import { type LoopFacts, useView } from '../../editor/canvas/view.ts';
import { classes } from '../../ui/classes.ts';
import { count, duration, rate } from '../../ui/format.ts';
import { StatusShape } from '../../ui/status.tsx';
import { useLit } from './lit.ts';

const FAR = 0.4;
/** A container as wide says it in its own header. */
const SAID_ABOVE = 700;

function Shown({ id, children }: { id: string; children: ReactNode }) {
  const { lit, status } = useLit(
    useShallow((state) => ({
      lit: state.lit === null ? null : state.lit.nodes.has(id),
      status: state.lit?.nodes.get(id) ?? null,
    })),
  );
  return (
    // Not paler: text must be readable on all of them. What was gone through has a ring, the rest no colour.
    <div
      data-lit={lit ?? undefined}
      className={classes(
        lit === false && 'grayscale',
        lit === true && status !== null && 'rounded-node outline-2 outline-offset-2',
        lit === true && (status === 'failed' ? 'outline-failed' : 'outline-ink'),
      )}
    >
      {children}
      {status !== null && (
        <span
          title={`${status} in this iteration`}
          className={classes(
            'absolute -top-2.5 -left-2.5 z-10 grid size-5 place-items-center rounded-full border bg-surface',
            status === 'failed' ? 'border-failed text-failed' : 'border-ink text-ink',
          )}
        >
          <StatusShape status={status} size={11} />
          <span className="sr-only">{status} in this iteration</span>
        </span>
      )}
    </div>
  );
}

/** 740,850 done · 1,204 failed · 64 in flight · 71 / s · 1 h left. */
function Badge({ facts }: { facts: LoopFacts }) {
  return (
    <p
      data-part="run-badge"
      className="pointer-events-none absolute top-full left-0 mt-1 flex gap-2 text-[11px] leading-[14px] whitespace-nowrap text-ink2"
    >
      <span>
        <b className="font-semibold">{count(facts.completed)}</b> done
      </span>
      {facts.failed > 0 && (
        <span className="inline-flex items-center gap-1 font-semibold text-failed">
          <StatusShape status="failed" size={8} />
          {count(facts.failed)} failed
        </span>
      )}
      {facts.inFlight > 0 && <span className="font-medium text-accent">{count(facts.inFlight)} in flight</span>}
      {facts.rate !== null && <span>{rate(facts.rate)}</span>}
      {facts.leftMs !== null && <span>{duration(facts.leftMs)} left</span>}
    </p>
  );
}

function Once({ status }: { status: string }) {
  return (
    <p
      data-part="run-badge"
      className="pointer-events-none absolute top-full left-0 mt-1 flex items-center gap-1 text-[11px] leading-[14px] text-ink2"
    >
      <StatusShape status={status as 'completed'} size={9} />
      {status}
    </p>
  );
}

const RunStep = memo(function RunStep(props: NodeProps<FlowNode>) {
  const { id } = props;
  const far = useStore((state) => state.transform[2] < FAR);
  const facts = useView((view) => view.facts.get(id));
  const status = useView((view) => view.steps.get(id));
  return (
    <Shown id={id}>
      <StepNode {...props} />
      {!far && facts !== undefined && <Badge facts={facts} />}
      {!far && facts === undefined && status !== undefined && <Once status={status} />}
    </Shown>
  );
});

const RunLoop = memo(function RunLoop(props: NodeProps<FlowNode>) {
  const { id, data } = props;
  const far = useStore((state) => state.transform[2] < FAR);
  const facts = useView((view) => view.facts.get(id));
  return (
    <Shown id={id}>
      <LoopNode {...props} />
      {!far && facts !== undefined && (data.scene.width < SAID_ABOVE || data.scene.loop?.folded === true) && (
        <Badge facts={facts} />
      )}
    </Shown>
  );
});

const RunLine = memo(function RunLine(props: EdgeProps<FlowEdge>) {
  const { id, sourceX, sourceY, targetX, targetY, data } = props;
  const far = useStore((state) => state.transform[2] < FAR);
  const chosen = useLit((state) => state.lit !== null);
  const value = useLit((state) => state.lit?.edges.get(id));
  const isLit = value !== undefined;
  return (
    <g className={isLit ? 'lit-line' : undefined} opacity={chosen && !isLit ? 0.3 : 1}>
      <Line {...props} />
      {isLit && value !== '' && !far && (
        <EdgeLabelRenderer>
          <code
            data-part="edge-value"
            title={value}
            className="pointer-events-auto absolute line-clamp-3 max-w-[168px] rounded-[4px] border border-line2 bg-surface px-[5px] text-[10.5px] leading-[13px] break-all text-ink"
            style={{
              transform: `translate(-50%, 0) translate(${(sourceX + targetX) / 2}px, ${Math.max(sourceY, targetY) + 43}px)`,
              zIndex: (data?.scene.depth ?? 0) * 4 + 3,
            }}
          >
            {value}
          </code>
        </EdgeLabelRenderer>
      )}
    </g>
  );
});

export const RUN_NODES: NodeTypes = { step: RunStep, loop: RunLoop, note: NoteNode };
export const RUN_LINES: EdgeTypes = { line: RunLine };
