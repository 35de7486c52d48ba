/**
 * Owns choosing the iteration that the canvas shows: its loop, its number, the one before and after, the next failed;
 * follow or held. What is chosen is in the address, so that every other view of the run shows it, too.
 */
import type { Iteration, Loop, Run } from '@rondo/api/schemas/run.ts';
import { ChevronDown, ChevronLeft, ChevronRight, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, IconButton } from '../../ui/button.tsx';
import { count } from '../../ui/format.ts';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { StatusChip } from '../../ui/status.tsx';
import type { RunQuery, SetQuery } from '../address.ts';
import { isOver } from '../controls.tsx';
import { FollowSwitch } from '../follow.tsx';
import type { Level } from '../step-path.ts';
import { startedOf } from '../use-rows.ts';

export interface PickerProps {
  run: Run;
  loop: Loop;
  levels: readonly Level[];
  /** Titles of the levels' nodes. */
  titleOf(node: string): string;
  index: number | null;
  iteration: Iteration | undefined;
  query: RunQuery;
  setQuery: SetQuery;
  onFailed(step: 1 | -1): void;
}

const icon = { size: 16, strokeWidth: 1.5, 'aria-hidden': true } as const;

export function Picker(props: PickerProps) {
  const { run, loop, levels, titleOf, index, iteration, query, setQuery, onFailed } = props;
  const last = startedOf(loop) - 1;
  const go = (to: number): void => setQuery({ it: Math.max(0, Math.min(last, to)), step: null }, { replace: true });
  const outer = levels.slice(0, -1);
  return (
    <div
      role="toolbar"
      aria-label="Iteration on the canvas"
      className="absolute top-4 left-1/2 z-10 flex h-10 max-w-[calc(100%-32px)] -translate-x-1/2 items-center gap-2 rounded-card border border-line bg-surface px-2 whitespace-nowrap shadow-2"
    >
      {outer.map((level) => (
        <Button
          key={level.path}
          small
          kind="ghost"
          onClick={() => setQuery({ loop: level.path, it: level.index, step: null })}
        >
          {titleOf(level.node)} {level.index === null ? '' : count(level.index + 1)} ›
        </Button>
      ))}
      {outer.length === 0 && run.loops.length > 1 ? (
        <Menu
          trigger={
            <Button small kind="ghost">
              {loop.title} <ChevronDown size={14} strokeWidth={1.5} aria-hidden />
            </Button>
          }
        >
          {run.loops.map((one) => (
            <MenuItem key={one.path} onSelect={() => setQuery({ loop: one.path, it: null, step: null })}>
              {one.title}
            </MenuItem>
          ))}
        </Menu>
      ) : (
        <b className="cut pl-1 font-semibold">{loop.title}</b>
      )}
      <IconButton
        small
        label="Iteration before"
        icon={<ChevronLeft {...icon} />}
        unless={index === null || index <= 0 ? 'This is the first.' : ''}
        onClick={() => go((index ?? 1) - 1)}
      />
      <NumberField index={index} last={last} onGo={go} />
      <IconButton
        small
        label="Iteration after"
        icon={<ChevronRight {...icon} />}
        unless={index !== null && index >= last ? 'This is the last.' : ''}
        onClick={() => go(index === null ? 0 : index + 1)}
      />
      {iteration !== undefined && iteration.index === index && <StatusChip status={iteration.status} />}
      {loop.failed > 0 && (
        <Button small kind="ghost" onClick={() => onFailed(1)}>
          Next failed
        </Button>
      )}
      {(iteration?.loops ?? []).slice(0, 3).map((one) => (
        <Button key={one.path} small onClick={() => setQuery({ loop: one.path, it: null, step: null })}>
          {one.title} inside
        </Button>
      ))}
      {!isOver(run) && <FollowSwitch query={query} setQuery={setQuery} at={index} />}
      {index !== null && (
        <IconButton
          small
          label="Choose no iteration"
          icon={<X size={14} strokeWidth={1.5} aria-hidden />}
          onClick={() => setQuery({ it: null, follow: false, step: null })}
        />
      )}
    </div>
  );
}

function NumberField({ index, last, onGo }: { index: number | null; last: number; onGo(index: number): void }) {
  const [text, setText] = useState('');
  useEffect(() => setText(index === null ? '' : String(index + 1)), [index]);
  const take = (): void => {
    const wanted = Number(text.replaceAll(/\D/g, ''));
    if (wanted > 0) onGo(wanted - 1);
    else setText(index === null ? '' : String(index + 1));
  };
  return (
    <span className="flex items-center gap-1.5 text-meta text-ink3">
      <input
        aria-label="Iteration"
        inputMode="numeric"
        value={text}
        placeholder="none"
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === 'Enter' && take()}
        className="h-[26px] w-[88px] rounded-chip border border-line2 bg-surface px-2 text-right text-ink"
      />
      of {count(last + 1)}
    </span>
  );
}
