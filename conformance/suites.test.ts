import { describe, expect, it } from 'vitest';
import { figuresOf, raised, regressions } from './baseline.ts';
import type { Case, Outcome, Suite } from './case.ts';
import { markdown, tableText } from './report.ts';
import { runSuite, type SuiteResult } from './suites.ts';

const suite = (cases: () => Promise<Case[]>): Suite => ({ name: 'made', product: 'n8n', cases });
const gives = (name: string, outcome: Outcome | Error): Case => ({
  name,
  run: () => (outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome)),
});
const FOUR = [
  gives('one', { result: 'passed' }),
  gives('two', { result: 'failed', reason: '$: expected 1, found 2' }),
  gives('three', { result: 'unsupported', reason: 'no such node' }),
  gives('four', new Error('thrown')),
  gives('five', { result: 'skipped', reason: 'depends on the time' }),
];
const all = { folder: '', wanted: () => true, told: () => {} };

const times = (count: number, outcome: Outcome): Outcome[] => Array.from({ length: count }, () => ({ ...outcome }));

const made = (passed: number, failed: number, unsupported = 0): SuiteResult => ({
  name: 'made',
  product: 'n8n',
  broken: null,
  results: [
    ...times(passed, { result: 'passed' }),
    ...times(failed, { result: 'failed', reason: 'wrong' }),
    ...times(unsupported, { result: 'unsupported', reason: 'missing' }),
  ].map((outcome, i) => ({ name: `case ${i}`, ms: 1, ...outcome })),
});

describe('running a suite', () => {
  it('keeps the order of cases, and what throws has failed', async () => {
    const { results, broken } = await runSuite(
      suite(async () => FOUR),
      all,
    );
    expect(broken).toBeNull();
    expect(results.map((one) => [one.name, one.result])).toEqual([
      ['one', 'passed'],
      ['two', 'failed'],
      ['three', 'unsupported'],
      ['four', 'failed'],
      ['five', 'skipped'],
    ]);
    expect(figuresOf(results)).toEqual({ cases: 5, passed: 1, failed: 2, unsupported: 1, skipped: 1 });
  });

  it('without cases, or without its files, is broken', async () => {
    expect(
      (
        await runSuite(
          suite(async () => []),
          all,
        )
      ).broken,
    ).toContain('no cases');
    expect(
      (
        await runSuite(
          suite(() => Promise.reject(new Error('gone'))),
          all,
        )
      ).broken,
    ).toContain('gone');
  });

  it('runs the wanted cases only', async () => {
    const { results } = await runSuite(
      suite(async () => FOUR),
      { ...all, wanted: (name) => name === 'one' },
    );
    expect(results).toHaveLength(1);
  });
});

describe('the baseline', () => {
  it('is broken by fewer passed, by fewer supported and by a suite that cannot be run', () => {
    const baseline = { made: { passed: 3, supported: 4 } };
    expect(regressions(baseline, [made(3, 1)])).toEqual([]);
    expect(regressions(baseline, [made(4, 0, 9)])).toEqual([]);
    expect(regressions(baseline, [made(2, 2)])).toEqual(['made: 2 passed, at least 3 did before.']);
    expect(regressions(baseline, [made(3, 0, 1)])).toEqual(['made: 3 can be run, at least 4 could before.']);
    expect(regressions({ gone: { passed: 1, supported: 1 } }, [made(1, 0)], true)).toEqual([
      'gone: There is no such suite any more.',
    ]);
    expect(regressions({}, [{ ...made(0, 0), broken: 'It found no cases.' }])).toEqual(['made: It found no cases.']);
  });

  it('is raised, never lowered', () => {
    expect(raised({ made: { passed: 3, supported: 9 } }, [made(5, 1)])).toEqual({ made: { passed: 5, supported: 9 } });
    expect(raised({}, [made(1, 1, 7)])).toEqual({ made: { passed: 1, supported: 2 } });
  });
});

describe('the report', () => {
  it('counts what is not supported as not passed', () => {
    expect(tableText([made(1, 0, 3)])).toMatch(/made +4 +1 +0 +3 +0 +25\.0 %/);
  });

  it('puts the same reasons together, with the cases', () => {
    const text = markdown([made(1, 2, 7)], ['made: worse']);
    expect(text).toContain('- made: worse');
    expect(text).toContain('- wrong (2: case 1, case 2)');
    expect(text).toContain('- missing (7: case 3, case 4, case 5, case 6, case 7 and 2 more)');
  });
});
