/**
 * Owns `npm run bench`: which bars run, how often, and how the results are shown. Measures nothing.
 *
 *   npm run bench                    all bars, in full
 *   npm run bench -- --quick         under two minutes; 100,000 instead of 1,000,000
 *   npm run bench -- for-each http   these bars
 *   npm run bench -- --json          also writes bench/out/results.json
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table, type Bar, type BarContext, type BarResult } from './bar.ts';
import { httpBar } from './bars/http.ts';
import {
  forEachBar,
  listBar,
  loopOverItemsBar,
  memoryBar,
  nestedBar,
  plainNodeBar,
  statefulBar,
} from './bars/loops.ts';
import { pageBar } from './bars/page.ts';
import { resumeBar } from './bars/resume.ts';
import { startBar } from './bars/start.ts';
import { writeOrders } from './items.ts';

const BARS: readonly Bar[] = [
  startBar,
  forEachBar,
  memoryBar,
  listBar,
  loopOverItemsBar,
  plainNodeBar,
  statefulBar,
  nestedBar,
  httpBar,
  pageBar,
  resumeBar,
];

/** Bars whose full size is what they are about; --quick leaves them out unless they are named. */
const NOT_QUICK = new Set(['resume', 'list', 'nested']);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || positionals.some((name) => !BARS.some((bar) => bar.name === name))) {
  const list = BARS.map((bar) => `  ${bar.name.padEnd(16)} ${bar.what}`).join('\n');
  process.stdout.write(`npm run bench -- [--quick] [--json] [--rounds N] [--keep] [NAME...]\n\n${list}\n`);
  process.exit(values.help ? 0 : 2);
}

// A signal must run what the bars do at the exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

const out = join(import.meta.dirname, 'out');
mkdirSync(out, { recursive: true });
const folder = mkdtempSync(join(out, 'run-'));
const lists = new Map<number, string>();
let databases = 0;
let current = '';

const context: BarContext = {
  quick: values.quick,
  rounds: Number(values.rounds ?? (values.quick ? 2 : 3)),
  folder,
  orders(count) {
    let file = lists.get(count);
    if (file === undefined) {
      file = join(folder, `orders-${count}.ndjson`);
      writeOrders(file, count);
      lists.set(count, file);
    }
    return file;
  },
  database() {
    databases += 1;
    const own = join(folder, current);
    mkdirSync(own, { recursive: true });
    return join(own, `${databases}.db`);
  },
};

const wanted = BARS.filter((bar) =>
  positionals.length > 0 ? positionals.includes(bar.name) : !(values.quick && NOT_QUICK.has(bar.name)),
);
const results: BarResult[] = [];
const failed: { bar: string; message: string }[] = [];
const started = performance.now();

for (const bar of wanted) {
  current = bar.name;
  process.stderr.write(`${bar.name}: ${bar.what}\n`);
  try {
    results.push(...(await bar.run(context)));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    failed.push({ bar: bar.name, message });
    process.stderr.write(`  ${message}\n`);
  }
  // A million rows are half a gigabyte: databases go as soon as their bar is done.
  if (!values.keep) rmSync(join(folder, bar.name), { recursive: true, force: true });
}
if (!values.keep) rmSync(folder, { recursive: true, force: true });
else process.stderr.write(`kept: ${folder}\n`);

const took = Math.round((performance.now() - started) / 1000);
const gigabytes = Math.round(totalmem() / 2 ** 30);
const processor = cpus()[0]?.model ?? '';
const machine = `${availableParallelism()} cores, ${processor}, ${gigabytes} GB, Node ${process.versions.node}`;
process.stdout.write(`\n${table(results)}\n\n${machine}; ${context.rounds} rounds, medians; ${took} s in all\n`);
if (values.quick) {
  process.stdout.write(`--quick: 100,000 iterations stand for 1,000,000; left out: ${[...NOT_QUICK].join(', ')}\n`);
}
for (const { bar, message } of failed) process.stdout.write(`FAILED ${bar}: ${message.split('\n')[0]}\n`);
if (values.json) {
  const file = join(out, 'results.json');
  const document = {
    at: new Date().toISOString(),
    machine,
    quick: values.quick,
    rounds: context.rounds,
    results,
    failed,
  };
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  process.stdout.write(`written: bench/out/results.json\n`);
}
const missed = results.filter((result) => result.ok === false).length;
process.exitCode = missed > 0 || failed.length > 0 ? 1 : 0;
