/**
 * Owns what must not get worse: per suite, how many cases passed and how many could be run. Does not run cases.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Outcome } from './case.ts';
import type { SuiteResult } from './suites.ts';

export interface Figures {
  cases: number;
  passed: number;
  failed: number;
  unsupported: number;
  skipped: number;
}

export interface Least {
  passed: number;
  /** Cases that can be run, passed or not. */
  supported: number;
}

export type Baseline = Record<string, Least>;

export function figuresOf(outcomes: readonly Pick<Outcome, 'result'>[]): Figures {
  const figures: Figures = { cases: outcomes.length, passed: 0, failed: 0, unsupported: 0, skipped: 0 };
  for (const { result } of outcomes) figures[result] += 1;
  return figures;
}

/** What is worse than the baseline, and suites that could not be run at all. `all`: no suite was left out on purpose. */
export function regressions(baseline: Baseline, suites: readonly SuiteResult[], all = false): string[] {
  const lines: string[] = [];
  const gone = all ? Object.keys(baseline).filter((name) => !suites.some((suite) => suite.name === name)) : [];
  for (const name of gone) lines.push(`${name}: There is no such suite any more.`);
  for (const suite of suites) {
    if (suite.broken !== null) {
      lines.push(`${suite.name}: ${suite.broken}`);
      continue;
    }
    const least = Object.hasOwn(baseline, suite.name) ? baseline[suite.name] : undefined;
    if (least === undefined) continue;
    const { passed, failed } = figuresOf(suite.results);
    if (passed < least.passed) lines.push(`${suite.name}: ${passed} passed, at least ${least.passed} did before.`);
    if (passed + failed < least.supported) {
      lines.push(`${suite.name}: ${passed + failed} can be run, at least ${least.supported} could before.`);
    }
  }
  return lines;
}

/** Never lower than before. */
export function raised(baseline: Baseline, suites: readonly SuiteResult[]): Baseline {
  const next = { ...baseline };
  for (const { name, results } of suites) {
    const { passed, failed } = figuresOf(results);
    const before = Object.hasOwn(baseline, name) ? baseline[name] : undefined;
    next[name] = {
      passed: Math.max(before?.passed ?? 0, passed),
      supported: Math.max(before?.supported ?? 0, passed + failed),
    };
  }
  return next;
}

const FILE = new URL('baseline.json', import.meta.url);

export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Baseline;
}

export function writeBaseline(baseline: Baseline): void {
  writeFileSync(FILE, `${JSON.stringify(baseline, null, 2)}\n`);
}
