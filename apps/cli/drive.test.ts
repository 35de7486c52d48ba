/** Tests of drive.ts with a run in hand: streams, signals, exit codes. */
import { describe, expect, it } from 'vitest';
import { drive } from './drive.ts';
import { fakeHandle, loopRecord, runResult } from './testing/records.ts';
import { recordedTerminal } from './testing/terminal.ts';

const database = { target: '/x/rondo.db', shown: './rondo.db', durable: true, isFile: true, flag: '' };
const options = { json: false, events: false, quiet: false, full: false };

describe('exit codes', () => {
  it.each([
    ['completed', 0],
    ['failed', 1],
    ['cancelled', 1],
    ['waiting', 130],
  ] as const)('%s is %d', async (status, code) => {
    const handle = fakeHandle();
    handle.end(runResult({ status }));
    expect(await drive(handle, database, options, recordedTerminal())).toBe(code);
  });
});

it('keeps stdout for the result and stderr for the rest', async () => {
  const terminal = recordedTerminal();
  const handle = fakeHandle();
  const done = drive(handle, database, options, terminal);
  handle.tell({ type: 'loop', loop: loopRecord({ completed: 50 }), inFlight: 2 });
  terminal.advance(2_500);
  handle.end(runResult({ output: { ok: true } }));
  await done;
  expect(terminal.stdout()).toBe('{"ok":true}\n');
  expect(terminal.stderr()).toMatch(/^each: 50 of 100 \(50 %\), 2 in flight.*\nCompleted in 1\.2 s\./);
});

it('prints nothing but the result when quiet', async () => {
  const terminal = recordedTerminal();
  const handle = fakeHandle();
  const done = drive(handle, database, { ...options, quiet: true }, terminal);
  handle.tell({ type: 'log', node: 'code', line: 'x' });
  handle.end(runResult({ output: 'hello' }));
  await done;
  expect([terminal.stdout(), terminal.stderr()]).toEqual(['hello\n', '']);
});

it('prints events as lines, the result as the last one', async () => {
  const terminal = recordedTerminal();
  const handle = fakeHandle();
  const done = drive(handle, database, { ...options, events: true, quiet: true }, terminal);
  handle.tell({ type: 'run', runId: 'run-1', status: 'running' });
  handle.tell({ type: 'loop', loop: loopRecord({ completed: 3 }), inFlight: 1 });
  handle.end(runResult({ output: [1] }));
  await done;
  const events = terminal
    .stdout()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(events).toMatchObject([
    { type: 'run', status: 'running' },
    { type: 'loop', inFlight: 1, loop: { path: 'each', completed: 3 } },
    { type: 'result', status: 'completed', output: [1] },
  ]);
});

describe('signals', () => {
  it('drains at the first, ends at once at the second, and says how to go on both times', async () => {
    const terminal = recordedTerminal();
    const handle = fakeHandle();
    const done = drive(handle, database, options, terminal);
    terminal.signal('SIGINT');
    expect(handle.interrupts).toBe(1);
    expect(terminal.exits).toEqual([]);
    terminal.advance(1_000);
    terminal.signal('SIGINT');
    expect(terminal.exits).toEqual([130]);
    expect(terminal.stderr()).toContain('Stopped at once. Go on with:  rondo run --resume run-1');
    handle.end(runResult({ status: 'waiting' }));
    expect(await done).toBe(130);
    expect(terminal.stderr()).toContain('Interrupted in 1.2 s.');
  });

  it('takes two signals at almost the same time for one', async () => {
    const terminal = recordedTerminal();
    const handle = fakeHandle();
    const done = drive(handle, database, options, terminal);
    terminal.signal('SIGINT');
    terminal.advance(20);
    terminal.signal('SIGINT');
    expect([handle.interrupts, terminal.exits]).toEqual([1, []]);
    handle.end(runResult({ status: 'completed' }));
    expect(await done).toBe(0);
  });

  it('says nothing about resuming what is not kept', async () => {
    const terminal = recordedTerminal();
    const handle = fakeHandle();
    const done = drive(handle, { ...database, durable: false }, options, terminal);
    terminal.signal('SIGTERM');
    handle.end(runResult({ status: 'waiting' }));
    expect(await done).toBe(130);
    expect(terminal.stderr()).not.toContain('--resume');
  });
});
