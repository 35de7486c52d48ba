/**
 * Owns the bar of the start: process start to exit of a hello-world run, against a bare Node.
 */
import { join } from 'node:path';
import { judge, type Bar } from '../bar.ts';
import { execute, ROOT, runWorkflow } from '../command.ts';
import { interleaved, median } from '../statistics.ts';

export const startBar: Bar = {
  name: 'start',
  what: 'rondo run of a hello-world file, process start to exit',
  async run(context) {
    const file = join(ROOT, 'bench', 'workflows', 'hello.yaml');
    const sides = await interleaved(Math.max(5, context.rounds), {
      bare: () => execute(process.execPath, ['-e', '0']),
      ours: () => runWorkflow([file, '--db', context.database()]),
    });
    if (sides.ours.some((run) => run.report.output !== 'Hello, world')) throw new Error('hello did not say hello');
    const bare = median(sides.bare.map((run) => run.wallMs));
    return [
      judge({
        bar: 'hello world, start to exit',
        ours: median(sides.ours.map((run) => run.wallMs)),
        floor: bare,
        unit: 'ms',
        reach: 400,
        note: 'as typed in a shell; floor: node -e 0',
      }),
    ];
  },
};
