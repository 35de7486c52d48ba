/**
 * Owns the bar of reading a large loop: a page of its failed iterations, measured around the
 * store's call (in a process of its own, first call included) and as the whole command.
 */
import { join } from 'node:path';
import { judge, type Bar } from '../bar.ts';
import { execute, loopOf, rondo, ROOT, runWorkflow } from '../command.ts';
import { median } from '../statistics.ts';

export const pageBar: Bar = {
  name: 'page',
  what: 'a page of failed iterations of a loop with 1,000,000 rows',
  async run(context) {
    const count = context.quick ? 100_000 : 1_000_000;
    const database = context.database();
    const file = join(ROOT, 'bench', 'workflows', 'for-each-failing.yaml');
    const { report } = await runWorkflow([file, '--items', context.orders(count), '--db', database]);
    const loop = loopOf(report, 'each');
    if (loop.failed !== count / 1000) throw new Error(`${loop.failed} iterations failed, expected ${count / 1000}`);

    const script = join(ROOT, 'bench', 'bars', 'page-read.ts');
    const read = await execute(process.execPath, [script, database, report.runId, 'each', String(count)]);
    if (read.code !== 0) throw new Error(`reading the pages failed:\n${read.stderr}`);
    const pages = JSON.parse(read.stdout) as { first: number; middle: number; last: number; rows: number[] };
    if (pages.rows[0] !== Math.min(100, count / 1000)) throw new Error(`pages held ${pages.rows.join(', ')} rows`);

    const walls: number[] = [];
    const args = ['runs', 'iterations', report.runId, 'each', '--status', 'failed', '--json', '--db', database];
    for (let round = 0; round < 5; round += 1) {
      const command = await rondo(args);
      if (command.code !== 0) throw new Error(`rondo runs iterations failed:\n${command.stderr}`);
      walls.push(command.wallMs);
    }
    return [
      judge({
        bar: `page of 100 failed of ${count.toLocaleString('en')} rows`,
        ours: Math.max(pages.first, pages.middle, pages.last),
        unit: 'ms',
        reach: 50,
        note:
          `worst of first ${pages.first.toFixed(1)}, middle ${pages.middle.toFixed(1)}, last page ` +
          `${pages.last.toFixed(1)} ms, inside the store's call; the whole command ${Math.round(median(walls))} ms`,
      }),
    ];
  },
};
