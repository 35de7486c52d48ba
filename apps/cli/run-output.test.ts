/** Tests of run-output.ts: the bytes on stdout. */
import { expect, it } from 'vitest';
import { printJson, printOutput } from './run-output.ts';
import { fakeHandle, loopRecord, runResult } from './testing/records.ts';
import { recordedTerminal } from './testing/terminal.ts';

it('prints a text as it is into a pipe, and harmless on a terminal', () => {
  const pipe = recordedTerminal();
  printOutput('a\u001b[2J\nb', pipe.out);
  expect(pipe.stdout()).toBe('a\u001b[2J\nb\n');
  const screen = recordedTerminal({ terminal: true });
  printOutput('a\u001b[2J\nb', screen.out);
  expect(screen.stdout()).toBe('a\\u001b[2J\nb\n');
});

it('prints JSON compact into a pipe and pretty on a terminal, long lists too', () => {
  for (const value of [{ a: [1] }, Array.from({ length: 2_345 }, (_, i) => ({ i, t: '\u009b' }))]) {
    const pipe = recordedTerminal();
    printOutput(value, pipe.out);
    expect(pipe.stdout()).toBe(`${JSON.stringify(value)}\n`);
    const screen = recordedTerminal({ terminal: true });
    printOutput(value, screen.out);
    expect(screen.stdout()).toBe(`${JSON.stringify(value, null, 2)}\n`.replaceAll('\u009b', '\\u009b'));
  }
});

it('prints the object of --json with every field', async () => {
  const result = runResult({
    status: 'failed',
    output: null,
    failure: { code: 'http-status', message: 'HTTP 500', node: 'fetch', path: 'each[2]/fetch', item: 2, retry: 'yes' },
    loops: [loopRecord({ status: 'failed', total: 3, completed: 2, failed: 1, durationMs: 9 })],
  });
  const nodes = {
    start: [[{ items: [{}], total: 1 }]],
    each: [
      [
        { items: [{ n: 1 }], total: 1 },
        { items: [], total: 0 },
      ],
    ],
  };
  const terminal = recordedTerminal();
  expect(await printJson(result, fakeHandle(nodes), false, terminal.out)).toEqual([]);
  expect(JSON.parse(terminal.stdout())).toEqual({
    runId: 'run-1',
    status: 'failed',
    output: null,
    error: { code: 'http-status', message: 'HTTP 500', node: 'fetch', path: 'each[2]/fetch', fix: null, item: 2 },
    nodes: { start: [[[{}]]], each: [[[{ n: 1 }], []]] },
    loops: [
      { path: 'each', node: 'each', status: 'failed', total: 3, completed: 2, failed: 1, skipped: 0, durationMs: 9 },
    ],
    stats: { durationMs: 1_234, iterations: 0, steps: 1, exceptions: 0, usage: null, peakRssMb: 80 },
  });
});

it('says which lists are cut', async () => {
  const handle = fakeHandle({ each: [[{ items: [1, 2], total: 5 }]] });
  const terminal = recordedTerminal();
  const cuts = await printJson(runResult(), handle, false, terminal.out);
  expect(cuts).toEqual([{ node: 'each', run: 0, output: 0, shown: 2, total: 5 }]);
  expect(JSON.parse(terminal.stdout())).toMatchObject({ cut: cuts });
});
