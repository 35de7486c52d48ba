/**
 * Owns how results are shown: the table for the terminal, and the report as Markdown and JSON. Judges nothing.
 */
import type { Outcome } from './case.ts';
import { figuresOf, type Figures } from './baseline.ts';
import type { Result, SuiteResult } from './suites.ts';

const PRODUCTS: Record<SuiteResult['product'], string> = { n8n: 'n8n', dify: 'Dify', windmill: 'Windmill' };
const HEAD = ['suite', 'cases', 'passed', 'failed', 'unsupported', 'skipped', 'share'];

/** Of what can be compared. */
function share({ cases, passed, skipped }: Figures): string {
  const comparable = cases - skipped;
  return comparable === 0 ? '-' : `${((100 * passed) / comparable).toFixed(1)} %`;
}

function rowOf(name: string, figures: Figures): string[] {
  const { cases, passed, failed, unsupported, skipped } = figures;
  return [name, ...[cases, passed, failed, unsupported, skipped].map(String), share(figures)];
}

interface Table {
  title: string;
  rows: string[][];
}

function tables(suites: readonly SuiteResult[]): Table[] {
  return Object.entries(PRODUCTS).flatMap(([product, title]) => {
    const own = suites.filter((suite) => suite.product === product);
    if (own.length === 0) return [];
    const rows = own.map((suite) => rowOf(suite.name, figuresOf(suite.results)));
    if (own.length > 1) rows.push(rowOf('all', figuresOf(own.flatMap((suite) => suite.results))));
    return [{ title, rows }];
  });
}

export function tableText(suites: readonly SuiteResult[]): string {
  return tables(suites)
    .map(({ title, rows }) => {
      const all = [HEAD, ...rows];
      const widths = HEAD.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
      const lines = all.map((row) =>
        row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
      );
      return `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;
    })
    .join('\n');
}

const of = (suite: SuiteResult, result: Outcome['result']): Result[] =>
  suite.results.filter((one) => one.result === result);

/** Reasons of the same words together, most frequent first. */
function reasons(results: readonly Result[]): [string, Result[]][] {
  const groups = new Map<string, Result[]>();
  for (const one of results) {
    const reason = one.reason ?? 'no reason given';
    const group = groups.get(reason);
    if (group === undefined) groups.set(reason, [one]);
    else group.push(one);
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
}

const MOST_NAMED = 5;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');

function namesOf(results: readonly Result[]): string {
  const named = results.slice(0, MOST_NAMED).map((one) => one.name);
  const more = results.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

export function markdown(suites: readonly SuiteResult[], trouble: readonly string[]): string {
  const lines: string[] = ['# Conformance', '', 'Printed by `npm run conformance`.', ''];
  if (trouble.length > 0) lines.push('## Worse than before', '', ...trouble.map((line) => `- ${line}`), '');
  for (const { title, rows } of tables(suites)) {
    const cells = (row: readonly string[]): string => `| ${row.map(oneLine).join(' | ')} |`;
    lines.push(`## ${title}`, '', cells(HEAD), `|${'---|'.repeat(HEAD.length)}`, ...rows.map(cells), '');
  }
  for (const suite of suites) {
    const parts = (['failed', 'unsupported', 'skipped'] as const).flatMap((result) => {
      const found = of(suite, result);
      if (found.length === 0) return [];
      const listed = reasons(found).map(
        ([reason, group]) => `- ${oneLine(reason)} (${group.length}: ${namesOf(group)})`,
      );
      return [`### ${suite.name}: ${result}`, '', ...listed, ''];
    });
    lines.push(...parts);
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

export function reportJson(suites: readonly SuiteResult[], trouble: readonly string[]): string {
  const listed = suites.map((suite) => ({ ...suite, figures: figuresOf(suite.results) }));
  return `${JSON.stringify({ suites: listed, trouble }, null, 1)}\n`;
}
