/** Owns `rondo runs show`: one run with its loops, causes and failure. */
import type { CauseRecord, LoopRecord, RunRecord } from '@rondo/core/ports.ts';
import { findRun, isDriven, loopsOf, shownStatus, withDatabase } from '../../database.ts';
import { resumeCommand } from '../../drive.ts';
import { EXIT } from '../../exit.ts';
import { count, duration, plural, time } from '../../render/format.ts';
import { failureLines, loopCounts, usageText } from '../../render/result.ts';
import { paintStatus } from '../../render/style.ts';
import { table } from '../../render/table.ts';
import { printable, shellWord } from '../../render/text.ts';
import { loopJson } from '../../run-output.ts';
import type { Terminal } from '../../terminal.ts';

interface Options {
  db?: string;
  json?: boolean;
}

const MOST_LOOPS = 50;
const MOST_CAUSES = 5;

export async function show(name: string, options: Options, terminal: Terminal): Promise<number> {
  return withDatabase(options.db, terminal, async ({ store, flag }) => {
    const run = await findRun(store, name);
    const loops = await loopsOf(store, run.id);
    const failed = loops.filter((loop) => loop.failed > 0).slice(0, MOST_CAUSES);
    const causes = await Promise.all(failed.map((loop) => store.causes(run.id, loop.key)));
    if (options.json === true) {
      terminal.out.write(`${JSON.stringify(runJson(run, loops, failed, causes, terminal.now()))}\n`);
      return EXIT.completed;
    }
    printRun(run, loops, terminal);
    for (const [i, loop] of failed.entries()) printCauses(run, loop, causes[i] ?? [], flag, terminal);
    if (run.status === 'waiting' || shownStatus(run, terminal.now()) === 'lost contact') {
      terminal.err.write(`Go on with it:  ${resumeCommand(run.id, { flag })}\n`);
    }
    return EXIT.completed;
  });
}

function runJson(
  run: RunRecord,
  loops: LoopRecord[],
  failed: LoopRecord[],
  causes: CauseRecord[][],
  now: number,
): Record<string, unknown> {
  const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  return {
    runId: run.id,
    workflow: run.workflow,
    status: run.status,
    driven: isDriven(run, now),
    control: run.control,
    createdAt: iso(run.createdAt),
    startedAt: iso(run.startedAt),
    finishedAt: iso(run.finishedAt),
    output: run.output === null ? null : (JSON.parse(run.output) as unknown),
    error: run.failure,
    usage: run.usage,
    loops: loops.map(loopJson),
    causes: failed.flatMap((loop, i) => (causes[i] ?? []).map((cause) => causeJson(loop, cause))),
  };
}

function causeJson(loop: LoopRecord, c: CauseRecord): Record<string, unknown> {
  return {
    path: loop.path,
    cause: c.cause,
    message: c.message,
    node: c.node,
    count: c.count,
    first: c.first,
    last: c.last,
  };
}

function printRun(run: RunRecord, loops: readonly LoopRecord[], terminal: Terminal): void {
  const { out } = terminal;
  const s = out.style;
  const now = terminal.now();
  const status = shownStatus(run, now);
  const end = run.finishedAt ?? (isDriven(run, now) ? now : null);
  const lines: [string, string][] = [
    ['run', run.id],
    ['workflow', printable(run.workflow)],
    [
      'status',
      paintStatus(s, status) + (run.control === 'none' || run.finishedAt !== null ? '' : ` (${run.control} asked)`),
    ],
    ['created', time(run.createdAt)],
  ];
  if (run.startedAt !== null && end !== null) lines.push(['took', duration(end - run.startedAt)]);
  if (run.usage !== null) lines.push(['cost', usageText(run.usage)]);
  if (run.output !== null)
    lines.push(['output', printable(run.output.length > 300 ? `${run.output.slice(0, 300)}…` : run.output)]);
  out.write(`${lines.map(([label, text]) => `${s.dim(label.padEnd(9))} ${text}`).join('\n')}\n`);
  if (run.failure !== null) out.write(`\n${failureLines(run.failure, [], s, out.columns()).join('\n')}\n`);
  if (loops.length === 0) return;
  const rows = loops
    .slice(0, MOST_LOOPS)
    .map((l) => [l.path, l.status, loopCounts(l), l.total === null ? '-' : count(l.total), duration(l.durationMs)]);
  const columns = [
    { title: 'LOOP', flexible: true },
    { title: 'STATUS', paint: (text: string, raw: string) => paintStatus(s, raw, text) },
    { title: 'ITERATIONS', flexible: true },
    { title: 'TOTAL', align: 'right' as const },
    { title: 'TIME', align: 'right' as const },
  ];
  out.write(`\n${table(columns, rows, out.columns(), s).join('\n')}\n`);
  if (loops.length > MOST_LOOPS) out.write(s.dim(`and ${count(loops.length - MOST_LOOPS)} more; --json lists all\n`));
}

function printCauses(
  run: RunRecord,
  loop: LoopRecord,
  causes: readonly CauseRecord[],
  flag: string,
  terminal: Terminal,
): void {
  if (causes.length === 0) return;
  const { out, err } = terminal;
  const rows = [...causes]
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_CAUSES)
    .map((c) => [c.cause, count(c.count), c.node ?? '-', c.message]);
  const columns = [
    { title: 'CAUSE' },
    { title: 'COUNT', align: 'right' as const },
    { title: 'NODE' },
    { title: 'MESSAGE', flexible: true },
  ];
  out.write(`\n${printable(loop.path)}: ${plural(causes.length, 'cause')} of failure\n`);
  out.write(`${table(columns, rows, out.columns(), out.style).join('\n')}\n`);
  err.write(`See them:  rondo runs iterations ${run.id} ${shellWord(loop.path)} --status failed${flag}\n`);
}
