/** Owns the menu of loops in the breadcrumb: all loops of the run as a tree with their counts. */
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { ChevronDown } from 'lucide-react';
import { addressOfPlace } from '../app/addresses.ts';
import { navigate } from 'wouter/use-browser-location';
import { RepeatSign } from '../ui/mark.tsx';
import { count } from '../ui/format.ts';
import { Menu, MenuItem, MenuLabel } from '../ui/menu.tsx';
import { levelsOf } from './step-path.ts';

/** The loops that the run itself names, and the chain that leads to the one that is shown. */
export function treeOf(loops: readonly Loop[], shown: Loop): { loop: Loop; depth: number }[] {
  const depthOf = (path: string): number => levelsOf(path).length - 1;
  const known = loops.some((loop) => loop.path === shown.path) ? loops : [...loops, shown];
  return known
    .map((loop) => ({ loop, depth: depthOf(loop.path) }))
    .sort((a, b) => a.depth - b.depth || a.loop.startedAt - b.loop.startedAt)
    .sort((a, b) =>
      b.loop.path.startsWith(`${a.loop.path}[`) ? -1 : a.loop.path.startsWith(`${b.loop.path}[`) ? 1 : 0,
    );
}

export function LoopMenu({ run, loop }: { run: Run; loop: Loop }) {
  const tree = treeOf(run.loops, loop);
  return (
    <Menu
      trigger={
        <button type="button" className="inline-flex min-w-0 items-center gap-1 rounded-chip px-1 hover:bg-hover">
          <h1 className="cut font-semibold">{loop.title}</h1>
          <ChevronDown size={14} aria-hidden className="flex-none text-ink3" />
          <span className="sr-only">, choose a loop</span>
        </button>
      }
    >
      <MenuLabel>Loops of this run</MenuLabel>
      {tree.map(({ loop: one, depth }) => (
        <MenuItem
          key={one.path}
          onSelect={() => navigate(addressOfPlace.loop(run.id, one.path))}
          icon={<RepeatSign className="text-accent" />}
        >
          <span style={{ paddingLeft: depth * 14 }} className={one.path === loop.path ? 'font-semibold' : undefined}>
            {one.title}
          </span>
          <span className="ml-2 text-meta text-ink3">{one.total === null ? 'open end' : `× ${count(one.total)}`}</span>
          {one.failed > 0 && <span className="ml-2 text-meta text-failed">{count(one.failed)} failed</span>}
        </MenuItem>
      ))}
    </Menu>
  );
}
