/**
 * Owns how the end of a run is told to people: summary, failure, what to do next.
 * Does not print the output itself (run-output.ts).
 */
import type { Failure } from '@rondo/core/errors.ts';
import type { Usage } from '@rondo/core/model/effect-ports.ts';
import type { LoopRecord } from '@rondo/core/ports.ts';
import type { RunResult } from '@rondo/runtime/api.ts';
import { count, duration, plural } from './format.ts';
import { paintStatus, type Style } from './style.ts';
import { padEnd, printable, width, wrap } from './text.ts';

const MOST_LOOPS = 12;

interface Group {
  name: string;
  loops: number;
  completed: number;
  failed: number;
  skipped: number;
  total: number | null;
  durationMs: number;
}

/** Loops by path without indices: the ten loops inside `outer` are one line. */
export function groupLoops(loops: readonly LoopRecord[]): Group[] {
  const groups = new Map<string, Group>();
  for (const loop of loops) {
    const name = loop.path.replace(/\[\d+\]/g, '');
    let group = groups.get(name);
    if (group === undefined) {
      group = { name, loops: 0, completed: 0, failed: 0, skipped: 0, total: 0, durationMs: 0 };
      groups.set(name, group);
    }
    group.loops += 1;
    group.completed += loop.completed;
    group.failed += loop.failed;
    group.skipped += loop.skipped;
    group.total = group.total === null || loop.total === null ? null : group.total + loop.total;
    group.durationMs += loop.durationMs;
  }
  return [...groups.values()];
}

/** `9,997 completed, 3 failed`; with what is left when the loop did not come to its end. */
export function loopCounts(loop: Pick<Group, 'completed' | 'failed' | 'skipped' | 'total'>): string {
  const parts = [`${count(loop.completed)} completed`];
  if (loop.failed > 0) parts.push(`${count(loop.failed)} failed`);
  if (loop.skipped > 0) parts.push(`${count(loop.skipped)} skipped`);
  const done = loop.completed + loop.failed + loop.skipped;
  if (loop.total !== null && loop.total > done) parts.push(`${count(loop.total - done)} to do`);
  return parts.join(', ');
}

/** Without the loops of plain nodes that had one item to do and did it: they are not what people call a loop. */
export function notable(groups: readonly Group[]): Group[] {
  return groups.filter((g) => g.total !== g.loops || g.completed !== g.loops);
}

export function loopLines(loops: readonly LoopRecord[]): string[] {
  const groups = notable(groupLoops(loops));
  const shown = groups.slice(0, MOST_LOOPS).map((g) => ({
    name: printable(g.name) + (g.loops > 1 ? ` (${count(g.loops)} loops)` : ''),
    counts: loopCounts(g),
    time: duration(g.durationMs),
  }));
  const nameSize = Math.max(0, ...shown.map((l) => width(l.name)));
  const countsSize = Math.max(0, ...shown.map((l) => l.counts.length));
  const lines = shown.map((l) => `  ${padEnd(l.name, nameSize)}  ${padEnd(l.counts, countsSize)}  ${l.time}`);
  if (groups.length > MOST_LOOPS) lines.push(`  and ${count(groups.length - MOST_LOOPS)} more`);
  return lines;
}

/** What went wrong, where, at which item, what the loops did about it, what to do. */
export function failureLines(f: Failure, loops: readonly LoopRecord[], s: Style, columns: number): string[] {
  const where = f.path ?? f.node;
  const item = f.item === undefined ? '' : `, item ${count(f.item)}`;
  const lines = wrap(printable(f.message), Math.max(40, columns - 4)).map((line) => `  ${s.red(line)}`);
  const facts: [string, string][] = [];
  if (where !== undefined) {
    const node = f.node !== undefined && f.node !== where ? ` (node ${printable(f.node)})` : '';
    facts.push(['at', `${printable(where)}${node}${item}`]);
  } else if (item !== '') facts.push(['at', item.slice(2)]);
  facts.push(['code', f.code]);
  for (const loop of loops.filter((l) => l.status === 'failed').slice(0, MOST_LOOPS)) {
    facts.push(['loop', `${printable(loop.path)} ended after ${plural(loop.failed, 'failure')}: ${loopCounts(loop)}`]);
  }
  if (f.fix !== undefined) facts.push(['fix', printable(f.fix)]);
  return [...lines, ...facts.map(([name, text]) => `  ${s.dim(padEnd(`${name}:`, 6))} ${text}`)];
}

/** `Model calls took 1,200 tokens in and 300 out, about $ 0.04.` */
export function usageText({ tokensIn, tokensOut, cost }: Usage): string {
  const price = cost > 0 ? `, about $ ${cost < 0.1 ? cost.toFixed(4) : cost.toFixed(2)}` : '';
  return `Model calls took ${count(tokensIn)} tokens in and ${count(tokensOut)} out${price}.`;
}

/** Everything after the end, for stderr. `durable`: the run is in a database, so it can be looked at. */
export function summary(
  result: RunResult,
  options: { durable: boolean; db: string; interrupted: boolean; resume: string },
  s: Style,
  columns: number,
): string {
  const { stats } = result;
  const words: Record<string, string> = {
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Cancelled',
    waiting: options.interrupted ? 'Interrupted' : 'Paused',
  };
  const head = words[result.status] ?? result.status;
  const iterations = stats.iterations > 0 ? `, ${plural(stats.iterations, 'iteration')}` : '';
  const run = options.durable ? s.dim(`  run ${result.runId}`) : '';
  const lines = [`${paintStatus(s, result.status, head)} in ${duration(stats.durationMs)}${iterations}.${run}`];
  const failure = result.status === 'completed' ? null : result.failure;
  if (stats.usage !== null) lines.push(`  ${usageText(stats.usage)}`);
  if (failure !== null) lines.push(...failureLines(failure, result.loops, s, columns));
  // The failure has told what became of the loops that failed.
  lines.push(...loopLines(failure !== null ? result.loops.filter((loop) => loop.status !== 'failed') : result.loops));
  if (options.durable) lines.push(...nextSteps(result, options, s));
  return `${lines.join('\n')}\n`;
}

function nextSteps(result: RunResult, options: { db: string; resume: string }, s: Style): string[] {
  if (result.status === 'waiting')
    return [`Everything finished so far is kept. Go on with:  ${s.bold(options.resume)}`];
  const loop = result.loops.find((l) => l.failed > 0);
  if (loop === undefined || result.status === 'cancelled') return [];
  const path = printable(loop.path);
  return [
    `See the failed ones:   ${s.bold(`rondo runs iterations ${result.runId} ${path} --status failed${options.db}`)}`,
    `Do them again:         ${s.bold(`rondo runs redrive ${result.runId} ${path}${options.db}`)}`,
  ];
}
