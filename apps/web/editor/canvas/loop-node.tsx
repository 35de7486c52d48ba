/** Owns how a container is drawn: repeat signs left and right, its header with the loop's state, the floor where a line returns. */
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { Maximize2, Minimize2 } from 'lucide-react';
import { memo } from 'react';
import { useApi } from '../../app/api.ts';
import { MiniScore } from '../../score/mini-score.tsx';
import { classes } from '../../ui/classes.ts';
import { count, duration, rate, shortCount } from '../../ui/format.ts';
import { LoopBadge } from '../../ui/loop-badge.tsx';
import { StatusShape, WarningShape } from '../../ui/status.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { change, useDocument } from '../document/store.ts';
import { END, type SceneNode, START } from '../scene/scene.ts';
import { HANDLE, SCORED_WIDTH } from '../scene/sizes.ts';
import { containerKind, elementOf, nameOf, plannedCount } from '../scene/words.ts';
import { useEditor } from './context.ts';
import { DiagnosticCard } from './diagnostic-card.tsx';
import { DOT_X, type FlowNode } from './flow.ts';
import { Mark } from './mark.tsx';
import { useNodeFacts } from './node-facts.ts';
import { Ports } from './ports.tsx';
import { type LoopFacts, setView, useView } from './view.ts';

const NARROW = '\u00a0';

export const LoopNode = memo(function LoopNode({ id, data, selected }: NodeProps<FlowNode>) {
  const { scene } = data;
  const { node, loop, inputs, outputs, width, height, depth, parent } = scene;
  const { workflow, open } = useEditor();
  const name = node.title ?? id;
  const { problems, kept, facts: nearest } = useNodeFacts(id, node, parent);
  const own = useView((view) => view.facts.get(id)) ?? null;
  const run = useView((view) => view.run);
  const isTarget = useView((view) => view.target === id);
  const around = useDocument(workflow, ({ definition }) =>
    parent === null ? null : elementOf(nameOf(definition, parent)),
  );
  if (loop === null) return null;
  const serious = problems.find((one) => one.severity !== 'hint');
  const { folded } = loop;
  const toggle = (): void => change(workflow, { do: 'fold', id, collapsed: !folded });
  const total = own?.total ?? null;
  const times = total !== null ? count(total) : plannedCount(node);
  const reason = around === null ? null : `each ${around}`;
  return (
    <section
      aria-label={`${containerKind(node)}: ${name}`}
      className={classes('loop relative', folded && 'folded', isTarget && 'target')}
      style={{ width, height }}
    >
      <div
        className={classes(
          'loop-ground absolute inset-0 rounded-[4px]',
          folded ? 'folded grips' : depth === 0 ? 'outer' : 'inner',
          selected && 'shadow-2 outline-2 outline-offset-1 outline-ink',
        )}
      />
      <Bar side="opening" at={loop.port} dots={folded ? 8 : 14} />
      <Bar side="closing" at={loop.port} dots={folded ? 8 : 14} />
      {folded ? (
        <div className="grips relative h-full px-[29px] pt-2" onDoubleClick={toggle}>
          <div className="loop-detail flex items-center gap-1">
            <b className="cut min-w-0 flex-1 font-semibold">{name}</b>
            <Fold folded onClick={toggle} />
          </div>
          <p className="loop-detail mb-1 text-[11px] leading-[14px] text-ink3">
            {loop.inside} {loop.inside === 1 ? 'node' : 'nodes'} inside
          </p>
          <LoopBadge
            count={`×${NARROW}${total === null ? (plannedCount(node) ?? '') : shortCount(total)}`.trim()}
            reason={reason ?? containerKind(node)}
            onClick={() => open(id, 'loop')}
          />
          <LoopScore run={run} facts={own} rows="folded" />
        </div>
      ) : (
        <div
          className={classes(
            'grips absolute inset-x-0 top-0 px-[26px]',
            width < SCORED_WIDTH ? 'pt-[7px]' : 'pt-[9px]',
          )}
        >
          <div className="flex items-center gap-2.5 whitespace-nowrap" onDoubleClick={toggle}>
            <LoopBadge
              strong
              count={`${containerKind(node)}${times === null ? '' : ` ×${NARROW}${times}`}`}
              title={reason === null ? `${name}: click for its loop section` : `once for ${reason}`}
              onClick={() => open(id, 'loop')}
            />
            <b
              className={classes(
                'loop-detail cut min-w-0 font-semibold',
                width < SCORED_WIDTH ? 'text-[12.5px]' : 'text-title',
              )}
              title={name}
            >
              {name}
            </b>
            {serious !== undefined && (
              <button
                type="button"
                className={serious.severity === 'error' ? 'text-failed' : 'text-warn'}
                aria-label={`${serious.severity}: ${serious.message}`}
                onClick={() => setView({ card: id })}
              >
                {serious.severity === 'error' ? <StatusShape status="failed" size={13} /> : <WarningShape />}
              </button>
            )}
            <span className="flex-1" />
            {width >= 700 && own !== null && <Stats facts={own} />}
            <Fold folded={false} onClick={toggle} />
          </div>
          {width >= SCORED_WIDTH && <LoopScore run={run} facts={own} rows="header" />}
        </div>
      )}
      {!folded && loop.inside === 0 && <EmptyBody scene={scene} />}
      {isTarget && (
        <p className="absolute inset-x-0 bottom-1.5 text-center text-meta font-semibold text-accent">
          Drop to run it for each {elementOf(name)}
        </p>
      )}
      {!folded && (
        <>
          <Handle
            id={START}
            type="source"
            position={Position.Right}
            className="port port-bar"
            style={{ top: loop.port, left: DOT_X - HANDLE, right: 'auto' }}
            title="Where its items come in"
          />
          <Handle
            id={END}
            type="target"
            position={Position.Left}
            className="port port-bar"
            style={{ top: loop.port, left: width - DOT_X }}
            title="Where its results go"
          />
          {loop.returns !== null && <ReturnLine scene={scene} label={loop.returns} />}
        </>
      )}
      <Mark id={id} />
      <Ports inputs={inputs} outputs={outputs} />
      <DiagnosticCard id={id} problems={problems} kept={kept} />
      {nearest !== null && nearest.failed > 0 && folded && own !== null && (
        <span className="absolute -top-2 right-3 inline-flex h-4 items-center gap-1 rounded-full border border-failed-line bg-failed-soft px-1.5 text-[11px] font-semibold text-failed">
          <StatusShape status="failed" size={8} />
          {shortCount(own.failed)}
        </span>
      )}
    </section>
  );
});

function Bar({ side, at, dots }: { side: 'opening' | 'closing'; at: number; dots: number }) {
  return (
    <span aria-hidden className={classes('absolute inset-y-0 w-3', side, side === 'opening' ? 'left-0' : 'right-0')}>
      <span className="grips absolute inset-y-0 w-3" />
      <i className="bar-thick" />
      <i className="bar-thin" />
      <u className="bar-dot" style={{ top: at - dots }} />
      <u className="bar-dot" style={{ top: at + dots }} />
    </span>
  );
}

function Fold({ folded, onClick }: { folded: boolean; onClick(): void }) {
  const label = folded ? 'Unfold' : 'Fold';
  return (
    <Tooltip text={label} keys="F">
      <button
        type="button"
        aria-label={label}
        onClick={onClick}
        className="nodrag grid size-6 place-items-center rounded-chip text-ink3 hover:bg-hover hover:text-ink"
      >
        {folded ? (
          <Maximize2 size={13} strokeWidth={1.5} aria-hidden />
        ) : (
          <Minimize2 size={14} strokeWidth={1.5} aria-hidden />
        )}
      </button>
    </Tooltip>
  );
}

function Stats({ facts }: { facts: LoopFacts }) {
  return (
    <p className="loop-detail flex items-center gap-4 text-meta text-ink2">
      <span>
        <b className="font-semibold text-ink">{count(facts.completed)}</b> completed
      </span>
      {facts.failed > 0 && (
        <span className="inline-flex items-center gap-1 text-failed">
          <StatusShape status="failed" size={10} />
          <b className="font-semibold">{count(facts.failed)}</b> failed
        </span>
      )}
      {facts.inFlight > 0 && (
        <span>
          <b className="font-semibold text-accent">{count(facts.inFlight)}</b> in flight
        </span>
      )}
      {facts.rate !== null && <b className="font-semibold text-ink">{rate(facts.rate)}</b>}
      {facts.leftMs !== null && (
        <span>
          <b className="font-semibold text-ink">{duration(facts.leftMs)}</b> left
        </span>
      )}
    </p>
  );
}

function LoopScore({ run, facts, rows }: { run: string | null; facts: LoopFacts | null; rows: 'header' | 'folded' }) {
  const { data } = useApi(
    'GET /runs/{id}/loops/{path}/score',
    { params: { id: run ?? '', path: facts?.path ?? '' }, query: {} },
    { enabled: run !== null && facts !== null },
  );
  if (facts === null || data === undefined) return null;
  const stats = { completed: facts.completed, failed: facts.failed, total: facts.total };
  if (rows === 'folded')
    return <MiniScore size="row" cells={data.cells} stats={stats} className="mt-1.5 h-3 overflow-hidden" />;
  return (
    <div className="loop-detail mt-2 rounded-[2px] bg-surface p-1">
      <MiniScore size="header" cells={data.cells} grid={data} stats={stats} className="h-5 overflow-hidden" />
    </div>
  );
}

function EmptyBody({ scene }: { scene: SceneNode }) {
  const { loop, width, height, id } = scene;
  const { unless } = useEditor();
  if (loop === null) return null;
  return (
    <button
      type="button"
      className="grips absolute grid place-items-center rounded-node border border-dashed border-line2 text-meta text-ink3 hover:border-ink3 hover:text-ink2"
      style={{ left: 40, top: loop.header + 4, width: width - 80, height: height - loop.header - 34 }}
      disabled={unless !== ''}
      onClick={(event) =>
        setView({
          menu: {
            screen: { x: event.clientX, y: event.clientY },
            flow: { x: 0, y: 0 },
            container: id,
            after: null,
            into: null,
          },
        })
      }
    >
      Add what runs each time
    </button>
  );
}

/** From the closing dots along the inner floor to the opening dots. */
function ReturnLine({ scene, label }: { scene: SceneNode; label: string }) {
  const { loop, width, height } = scene;
  if (loop === null) return null;
  const left = 19.5;
  const right = width - 19.5;
  const from = loop.port + 21;
  const floor = height - 30;
  return (
    <>
      <svg aria-hidden className="pointer-events-none absolute inset-0" width={width} height={height}>
        <path
          className="return-line"
          fill="none"
          strokeWidth="2"
          d={`M${right} ${from}V${floor - 10}a10 10 0 0 1-10 10H${left + 10}a10 10 0 0 1-10-10V${from + 8}`}
        />
        <path className="fill-accent" d={`M${left} ${from - 1}l-6 10h12z`} />
      </svg>
      <span
        className="loop-detail pointer-events-none absolute inset-x-6 flex justify-center"
        style={{ top: floor - 10 }}
      >
        <span className="cut rounded-[9px] border border-accent-line bg-bg px-2 text-[11px] leading-[18px] font-semibold text-accent">
          {label}
        </span>
      </span>
    </>
  );
}
