/** Owns how a node is drawn: tile, name, type, how often and why, what is wrong, how far it is. */
import { type NodeProps, useStore } from '@xyflow/react';
import { Pin } from 'lucide-react';
import { memo } from 'react';
import { classes } from '../../ui/classes.ts';
import { count, shortCount } from '../../ui/format.ts';
import { LoopBadge } from '../../ui/loop-badge.tsx';
import { StatusShape, WarningShape } from '../../ui/status.tsx';
import { useCatalog } from '../catalog/use-catalog.ts';
import { DiagnosticCard } from './diagnostic-card.tsx';
import type { FlowNode } from './flow.ts';
import { NodeIcon } from './icons.tsx';
import { LoopBar } from './loop-bar.tsx';
import { Mark } from './mark.tsx';
import { Ports } from './ports.tsx';
import { useNodeFacts } from './node-facts.ts';
import { useEditor } from './context.ts';
import { setView, useView } from './view.ts';

const FAR = 0.4;

/** From far away a node is a box in a colour: of two thousand, each must cost next to nothing. */
export const StepNode = memo(function StepNode(props: NodeProps<FlowNode>) {
  const far = useStore((state) => state.transform[2] < FAR);
  return far ? <Flat {...props} /> : <Near {...props} />;
});

function Flat({ id, data, selected }: NodeProps<FlowNode>) {
  const problem = useView((view) => view.diagnostics.get(id)?.[0]?.severity);
  return (
    <div
      className={classes(
        'h-[78px] rounded-node border bg-surface',
        selected
          ? 'border-ink outline-2 outline-ink'
          : problem === 'error'
            ? 'border-failed'
            : problem === 'warning'
              ? 'border-warn'
              : 'border-line2',
      )}
      style={{ width: data.scene.width }}
    />
  );
}

function Near({ id, data, selected }: NodeProps<FlowNode>) {
  const { scene } = data;
  const { node, inputs, outputs, width, parent } = scene;
  const editor = useEditor();
  const catalog = useCatalog();
  const view = catalog?.view(node.type);
  const { badge, problems, kept, failed, facts, done, failures, status } = useNodeFacts(id, node, parent);
  const serious =
    problems.find((one) => one.severity === 'error') ?? problems.find((one) => one.severity === 'warning');
  const name = node.title ?? id;
  const typeName = view?.title ?? node.type;
  const isError = serious?.severity === 'error';
  return (
    <div
      className={classes(
        'step relative h-[78px] rounded-node border bg-surface px-[11px] pt-[9px] shadow-1',
        selected
          ? 'border-ink shadow-2 outline-1 outline-ink'
          : isError
            ? 'border-failed-line'
            : serious !== undefined
              ? 'border-warn-line'
              : 'border-line2',
        node.disabled === true && 'border-dashed opacity-60',
      )}
      style={{ width }}
    >
      <div className="step-detail">
        <div className="flex items-center gap-[9px]">
          <span className="relative grid size-7 flex-none place-items-center rounded-control bg-hover text-ink2">
            <NodeIcon type={node.type} group={view?.group} />
            {node.pin !== undefined && (
              <span className="absolute -right-1 -bottom-1 grid size-3.5 place-items-center rounded-full bg-ink text-surface">
                <Pin size={9} aria-label="Its output is pinned" />
              </span>
            )}
          </span>
          <div className="min-w-0 flex-1">
            <p className="cut text-[13px] leading-4 font-semibold" title={name}>
              {name}
            </p>
            <p className="cut text-[11px] leading-[14px] text-ink3">{name === typeName ? node.type : typeName}</p>
          </div>
          {serious !== undefined && (
            <button
              type="button"
              className={classes('nodrag grid size-5 place-items-center', isError ? 'text-failed' : 'text-warn')}
              aria-label={`${serious.severity}: ${serious.message}`}
              onClick={() => setView({ card: id })}
            >
              {isError ? <StatusShape status="failed" size={13} /> : <WarningShape />}
            </button>
          )}
        </div>
        <div className="mt-[7px] flex items-center gap-2">
          <LoopBadge
            count={badge.count}
            {...(badge.reason === '' ? {} : { reason: badge.reason })}
            title={badge.title}
            onClick={() => editor.open(id, 'loop')}
          />
          {status !== null && <span className="ml-auto text-[11px] leading-[14px] text-ink3">{status}</span>}
        </div>
      </div>
      {failed > 0 && (
        <span
          className="absolute -top-2 right-2 inline-flex h-4 items-center gap-1 rounded-full border border-failed-line bg-failed-soft px-1.5 text-[11px] leading-[14px] font-semibold text-failed"
          title={`${count(failed)} failed in the run that is shown`}
        >
          <StatusShape status="failed" size={8} />
          {shortCount(failed)}
        </span>
      )}
      {done !== null && (
        <LoopBar
          done={done}
          live={facts !== null && facts.inFlight > 0}
          failures={failures}
          width={width - 20}
          label={`${Math.round(done * 100)} percent done`}
        />
      )}
      <Mark id={id} />
      <Ports inputs={inputs} outputs={outputs} />
      <DiagnosticCard id={id} problems={problems} kept={kept} />
    </div>
  );
}
