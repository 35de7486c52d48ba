/** Owns the head of the panel: what the node is, how often it runs, which iteration is shown, and what can be run. */
import { PanelLeft, PanelRight, Pin, Play, X } from 'lucide-react';
import { type Ref, useState } from 'react';
import { Button, IconButton } from '../ui/button.tsx';
import { Input } from '../ui/input.tsx';
import { LoopBadge } from '../ui/loop-badge.tsx';
import type { ShownStatus } from '../ui/status.tsx';
import { NodeIcon } from '../editor/canvas/icons.tsx';
import { useView } from '../editor/canvas/view.ts';
import { badgeOf } from '../editor/scene/words.ts';
import type { HeldPlace } from './data/run-place.ts';
import { useDocumentAccess } from './document-access.ts';
import { IterationPicker } from './iteration-picker.tsx';
import { type NodePlace, titleOf } from './place.ts';

export interface PanelHeaderProps {
  ref: Ref<HTMLHeadingElement>;
  place: NodePlace;
  at: HeldPlace;
  status: ShownStatus | null;
  index: number | null;
  onIndex(index: number): void;
  onHeld(held: boolean): void;
  pinned: boolean;
  whyNoPin: string;
  onPin(): void;
  run: {
    busy: boolean;
    /** On the iteration that is shown; else up to here, which is always possible. */
    alone: boolean;
    unless: string;
    start(): void;
  };
  side: 'input' | 'output' | null;
  onSide(side: 'input' | 'output' | null): void;
  onClose(): void;
}

export function PanelHeader(props: PanelHeaderProps) {
  const { place, at, status, index, onIndex, onHeld, pinned, whyNoPin, onPin, run, side, onSide, onClose } = props;
  const { definition } = useDocumentAccess();
  const { id, node, type } = place;
  const said = useView((view) => view.explanations.get(id)) ?? null;
  const times = at.loop === null ? null : (at.loop.total ?? at.loop.completed + at.loop.failed);
  const badge = said === null ? null : badgeOf(definition, node, said, times);
  const toLoop = (): void => document.getElementById('loop-title')?.scrollIntoView({ block: 'center' });
  return (
    <header className="flex min-w-0 items-center gap-3 border-b border-line pr-3 pl-4">
      <span className="grid size-7 flex-none place-items-center rounded-control bg-hover text-ink2">
        <NodeIcon type={node.type} group={type?.group} />
      </span>
      <Title {...props} />
      <span className="flex-none text-ink3 max-[1300px]:hidden">{type?.title ?? node.type}</span>
      {badge !== null && (
        <span className="flex min-w-0 shrink items-center">
          <LoopBadge
            count={badge.count}
            {...(badge.reason === '' ? {} : { reason: badge.reason })}
            title={badge.title}
            onClick={toLoop}
          />
        </span>
      )}
      <span className="flex-1" />
      <span className="flex gap-1 min-[1181px]:hidden">
        <IconButton
          label="Input"
          aria-pressed={side === 'input'}
          icon={<PanelLeft size={16} aria-hidden />}
          onClick={() => onSide(side === 'input' ? null : 'input')}
        />
        <IconButton
          label="Output"
          aria-pressed={side === 'output'}
          icon={<PanelRight size={16} aria-hidden />}
          onClick={() => onSide(side === 'output' ? null : 'output')}
        />
      </span>
      <IterationPicker
        index={index}
        total={at.loop?.total ?? null}
        status={status}
        held={at.held}
        outer={at.indices.slice(0, -1)}
        onIndex={onIndex}
        onHeld={onHeld}
      />
      <Button
        aria-pressed={pinned}
        unless={whyNoPin}
        onClick={onPin}
        icon={<Pin size={14} aria-hidden />}
        className={pinned ? '!bg-selected' : ''}
      >
        {pinned ? 'Pinned' : 'Pin'}
      </Button>
      <Button
        icon={<Play size={14} aria-hidden />}
        keys="Alt Enter"
        busy={run.busy}
        unless={run.unless}
        onClick={run.start}
      >
        {run.alone ? 'Run on this iteration' : 'Run up to here'}
      </Button>
      <IconButton label="Back to the canvas" keys="Esc" icon={<X size={16} aria-hidden />} onClick={onClose} />
    </header>
  );
}

/** The title; the id that expressions use is beside it where it differs. */
function Title({ ref, place }: PanelHeaderProps) {
  const { editNode, readOnly } = useDocumentAccess();
  const { id, node } = place;
  const [typed, setTyped] = useState<string | null>(null);
  const title = titleOf(id, node);
  const take = (): void => {
    const next = (typed ?? '').trim();
    setTyped(null);
    if (next !== title)
      editNode(id, [{ path: ['title'], value: next === '' || next === id ? undefined : next }], `Title of ${id}`);
  };
  if (typed !== null) {
    return (
      <span className="w-56">
        <Input
          autoFocus
          aria-label="Title of the node"
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
          onBlur={take}
          onKeyDown={(event) => {
            if (event.key === 'Enter') take();
            if (event.key !== 'Escape') return;
            event.preventDefault();
            setTyped(null);
          }}
        />
      </span>
    );
  }
  return (
    <h2 ref={ref} id="panel-title" tabIndex={-1} className="flex-none text-title font-semibold outline-none">
      {readOnly === '' ? (
        <button
          type="button"
          title={`Rename. In expressions it is $('${id}').`}
          onClick={() => setTyped(title)}
          className="cut block max-w-[220px] max-[1300px]:max-w-[130px] rounded-chip"
        >
          {title}
        </button>
      ) : (
        <span className="cut block max-w-[220px] max-[1300px]:max-w-[130px]" title={id}>
          {title}
        </span>
      )}
    </h2>
  );
}
