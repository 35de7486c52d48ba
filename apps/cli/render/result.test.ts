/** Tests of result.ts: what people are told at the end. */
import { expect, it } from 'vitest';
import { loopRecord, runResult } from '../testing/records.ts';
import { style } from './style.ts';
import { groupLoops, summary } from './result.ts';

const plain = style(false);
const facts = { durable: true, db: ' --db x.db', interrupted: false, resume: 'rondo run --resume run-1 --db x.db' };

it('says what was done and how to see and repeat what failed', () => {
  const loops = [loopRecord({ status: 'completed', total: 10_000, completed: 9_997, failed: 3, durationMs: 3_100 })];
  const text = summary(
    runResult({
      loops,
      stats: { durationMs: 3_210, iterations: 10_000, steps: 3, exceptions: 0, usage: null, peakRssMb: 99 },
    }),
    facts,
    plain,
    100,
  );
  expect(text).toBe(
    [
      'Completed in 3.2 s, 10,000 iterations.  run run-1',
      '  each  9,997 completed, 3 failed  3.1 s',
      'See the failed ones:   rondo runs iterations run-1 each --status failed --db x.db',
      'Do them again:         rondo runs redrive run-1 each --db x.db',
      '',
    ].join('\n'),
  );
});

it('says what went wrong, where, at which item, what the loop did, what to do', () => {
  const loops = [loopRecord({ status: 'failed', total: 150, completed: 42, failed: 1 })];
  const failure = {
    code: 'http-status',
    message: 'HTTP 500 from http://127.0.0.1\u001b[2J',
    node: 'fetch',
    path: 'each[42]/fetch',
    item: 42,
    fix: 'Set onError: drop to go on.',
  };
  const text = summary(runResult({ status: 'failed', failure, loops }), facts, plain, 100);
  expect(text).toContain('  HTTP 500 from http://127.0.0.1\\u001b[2J\n');
  expect(text).toContain('  at:    each[42]/fetch (node fetch), item 42\n');
  expect(text).toContain('  loop:  each ended after 1 failure: 42 completed, 1 failed, 107 to do\n');
  expect(text).toContain('  fix:   Set onError: drop to go on.\n');
});

it('says how to go on after an interrupt, and nothing of the kind when nothing was kept', () => {
  const result = runResult({ status: 'waiting' });
  expect(summary(result, { ...facts, interrupted: true }, plain, 100)).toContain('Interrupted in 1.2 s.');
  expect(summary(result, { ...facts, interrupted: true }, plain, 100)).toContain('rondo run --resume run-1 --db x.db');
  expect(summary(result, { ...facts, durable: false }, plain, 100)).toBe('Paused in 1.2 s.\n');
});

it('adds up loops of the same place', () => {
  const loops = [0, 1, 2].map((i) => loopRecord({ path: `outer[${i}]/inner`, total: 10, completed: 9, failed: 1 }));
  expect(groupLoops(loops)).toMatchObject([{ name: 'outer/inner', loops: 3, completed: 27, failed: 3, total: 30 }]);
});
