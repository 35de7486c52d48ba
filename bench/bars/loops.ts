/**
 * Owns the bars of loops over items: For Each of a million against the hand-written floor, its
 * cost against ten thousand, its memory, a list from an expression, Loop Over Items, a plain
 * node, nested loops, a loop over state.
 */
import { join } from 'node:path';
import { judge, type Bar, type BarContext } from '../bar.ts';
import { execute, loopOf, ROOT, runWorkflow, type Ran, type RunReport } from '../command.ts';
import { interleaved, median, spread } from '../statistics.ts';

/** n8n's engine on a machine of this size, not durable, in microseconds (measured once, elsewhere). */
const N8N = { item: 95, iterationAt64000: 521 };

/** The small size that the large one is compared with. */
const SMALL = 10_000;

const workflow = (name: string): string => join(ROOT, 'bench', 'workflows', `${name}.yaml`);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** What was seen of a run from outside. */
function outside(ran: Ran): string {
  const peak = ran.peak === null ? '' : `, peak ${Math.round(ran.peak.pssMb)} MB`;
  return `wall ${seconds(ran.wallMs)}${peak}`;
}

function expectLoop(report: RunReport, path: string, count: number): number {
  const loop = loopOf(report, path);
  if (loop.completed !== count) throw new Error(`loop ${path} completed ${loop.completed} of ${count}`);
  return loop.durationMs;
}

async function forEach(context: BarContext, count: number, memoryMs?: number): Promise<Ran & { insideMs: number }> {
  const args = [workflow('for-each'), '--items', context.orders(count), '--db', context.database()];
  const ran = await runWorkflow(args, memoryMs === undefined ? {} : { memoryMs });
  return { ...ran, insideMs: expectLoop(ran.report, 'each', count) };
}

async function floor(context: BarContext, count: number): Promise<{ wallMs: number; insideMs: number }> {
  const script = join(ROOT, 'bench', 'floors', 'ledger.ts');
  const args = ['--disable-warning=ExperimentalWarning', script, context.orders(count), context.database()];
  const finished = await execute(process.execPath, args);
  if (finished.code !== 0) throw new Error(`the floor failed:\n${finished.stderr}`);
  const inside = JSON.parse(finished.stdout) as { iterations: number; durationMs: number };
  if (inside.iterations !== count) throw new Error(`the floor did ${inside.iterations} of ${count}`);
  return { wallMs: finished.wallMs, insideMs: inside.durationMs };
}

export const forEachBar: Bar = {
  name: 'for-each',
  what: 'For Each of 1,000,000 durable iterations against the hand-written floor; flatness',
  async run(context) {
    const count = context.quick ? 100_000 : 1_000_000;
    const middleCount = Math.round(Math.sqrt(SMALL * count));
    const sides = await interleaved(context.rounds, {
      floor: () => floor(context, count),
      ours: () => forEach(context, count),
      small: () => forEach(context, SMALL),
      middle: () => forEach(context, middleCount),
    });
    const perIteration = (ms: number[], n: number): number => (median(ms) * 1000) / n;
    const wall = sides.ours.map((run) => run.wallMs);
    const inside = sides.ours.map((run) => run.insideMs);
    const floorWall = sides.floor.map((run) => run.wallMs);
    const large = perIteration(inside, count);
    const smallMs = sides.small.map((run) => run.insideMs);
    const middleMs = sides.middle.map((run) => run.insideMs);
    // What each further iteration costs: without the warming up that a short run mostly consists of.
    const marginal = (to: number[], from: number[], n: number): number => ((median(to) - median(from)) * 1000) / n;
    const title = `For Each, ${count.toLocaleString('en')} iterations, two set nodes`;
    return [
      judge({
        bar: title,
        ours: perIteration(wall, count),
        floor: perIteration(floorWall, count),
        unit: 'us/it',
        on: 'ratio',
        reach: 3,
        note:
          `wall of the whole process, start to exit: ${seconds(median(wall))} against ${seconds(median(floorWall))}; ` +
          `inside: ${seconds(median(inside))} against ${seconds(median(sides.floor.map((run) => run.insideMs)))}; ` +
          `spread ${percent(spread(wall))}, floor ${percent(spread(floorWall))}`,
      }),
      judge({
        bar: `cost per iteration, ${count.toLocaleString('en')} against 10,000`,
        ours: large,
        floor: perIteration(smallMs, SMALL),
        unit: 'us/it',
        on: 'ratio',
        reach: 1.2,
        note: `from the loop's own durationMs${context.quick ? '; the full form compares 1,000,000' : ''}`,
      }),
      judge({
        bar: `same, of further iterations (${middleCount.toLocaleString('en')} to the end)`,
        ours: marginal(inside, middleMs, count - middleCount),
        floor: marginal(middleMs, smallMs, middleCount - SMALL),
        unit: 'us/it',
        on: 'ratio',
        reach: 1.2,
        note: 'against those from 10,000 on: start and warming up are taken off on both sides',
      }),
    ];
  },
};

export const memoryBar: Bar = {
  name: 'memory',
  what: 'peak memory of that run over all its processes',
  async run(context) {
    const count = context.quick ? 100_000 : 1_000_000;
    const ran = await forEach(context, count, 50);
    if (ran.peak === null) return [];
    const parts = ran.peak.byProcess.map((one) => `${Math.round(one.pssMb)} MB ${one.command}`).join(' | ');
    return [
      judge({
        bar: `peak memory of ${count.toLocaleString('en')} iterations (PSS)`,
        ours: ran.peak.pssMb,
        unit: 'MB',
        reach: 300,
        note: `${ran.peak.processes} processes, ${ran.peak.samples} samples: ${parts}`,
      }),
      judge({ bar: 'same, sum of RSS', ours: ran.peak.rssMb, unit: 'MB', reach: 300, note: '' }),
    ];
  },
};

export const listBar: Bar = {
  name: 'list',
  what: 'For Each over a list that an expression yields',
  async run(context) {
    const count = context.quick ? 100_000 : 1_000_000;
    const args = [workflow('for-each-list'), '--input', JSON.stringify({ count }), '--db', context.database()];
    const ran = await runWorkflow(args, { memoryMs: 50 });
    return [
      judge({
        bar: `For Each over an expression's list of ${count.toLocaleString('en')}`,
        ours: (expectLoop(ran.report, 'each', count) * 1000) / count,
        unit: 'us/it',
        note: outside(ran),
      }),
    ];
  },
};

/** A bar whose figure is the time inside, over the number of iterations. */
function perIterationBar(
  name: string,
  what: string,
  file: string,
  count: number,
  more: { items?: boolean; reach?: number; inside: (report: RunReport) => number; note: string },
): Bar {
  return {
    name,
    what,
    async run(context) {
      const runs: Ran[] = [];
      for (let round = 0; round < context.rounds; round += 1) {
        const items = more.items === true ? ['--items', context.orders(count)] : [];
        runs.push(await runWorkflow([workflow(file), ...items, '--db', context.database()]));
      }
      const inside = runs.map((run) => more.inside(run.report));
      const wall = median(runs.map((run) => run.wallMs));
      return [
        judge({
          bar: what,
          ours: (median(inside) * 1000) / count,
          unit: 'us/it',
          ...(more.reach === undefined ? {} : { reach: more.reach }),
          note: `wall ${seconds(wall)} (${((wall * 1000) / count).toFixed(2)} us each)${more.note}`,
        }),
      ];
    },
  };
}

export const loopOverItemsBar = perIterationBar(
  'loop-over-items',
  'Loop Over Items, batch size 1, 64,000 items',
  'loop-over-items',
  64_000,
  {
    items: true,
    reach: 20,
    inside: (report) => expectLoop(report, 'batches', 64_000),
    note: `; n8n's engine: ${N8N.iterationAt64000} us, not durable`,
  },
);

export const plainNodeBar = perIterationBar(
  'plain-node',
  '100,000 items through a plain set node',
  'plain-node',
  100_000,
  {
    items: true,
    reach: N8N.item / 10,
    inside: (report) => report.stats.durationMs,
    note: `, of the whole run with its start node; n8n's engine: ${N8N.item} us, not durable`,
  },
);

export const statefulBar = perIterationBar(
  'stateful',
  'Loop over state, 100,000 iterations in sequence',
  'stateful',
  100_000,
  { inside: (report) => expectLoop(report, 'count', 100_000), note: '' },
);

export const nestedBar: Bar = {
  name: 'nested',
  what: 'For Each 1000 x 1000',
  async run(context) {
    const ran = await runWorkflow([workflow('nested'), '--db', context.database()], { memoryMs: 100 });
    const outer = expectLoop(ran.report, 'outer', 1000);
    // The sum of 999 x (0 + 1 + ... + 999).
    const output = ran.report.output as { sum?: number } | null;
    if (output?.sum !== 999 * 499_500) throw new Error(`nested gave ${JSON.stringify(ran.report.output)}`);
    return [
      judge({
        bar: 'nested For Each, 1000 x 1000',
        ours: (outer * 1000) / 1_000_000,
        unit: 'us/it',
        note: `per inner iteration; ${outside(ran)}`,
      }),
    ];
  },
};
