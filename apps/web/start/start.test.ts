/** The first run: the sample's steps and its one mistake, and templates that are saved twice. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SAMPLE as FILE } from '@rondo/server/start/sample.ts';
import type { WorkflowSummary } from '@rondo/api/schemas/workflow.ts';
import { fixText, LOOP, NODE, SAMPLE, stepsOf } from './sample.ts';
import { EMPTY, numbered, TEMPLATES } from './template-list.ts';

describe('the sample', () => {
  const text = readFileSync(FILE, 'utf8');

  it('has the names that the strip leads to', () => {
    const { name, nodes } = parse(text) as { name: string; nodes: Record<string, { body: Record<string, unknown> }> };
    expect(name).toBe(SAMPLE);
    expect(nodes[LOOP]?.body).toHaveProperty(NODE);
  });

  it('has one mistake, which the fix takes away', () => {
    const fixed = fixText(text);
    expect(fixed.split('\n').filter((line, at) => line !== text.split('\n')[at])).toHaveLength(1);
    expect(fixText(fixed)).toBe(fixed);
  });

  it('ticks its steps by what the server says', () => {
    type Last = NonNullable<WorkflowSummary['last']>;
    const last = (status: Last['status'], failed: number): Last => ({
      id: 'r',
      status,
      startedAt: 1,
      durationMs: 1,
      completed: 150 - failed,
      failed,
      total: 150,
      score: null,
    });
    const done = (version: number, run: Last | null, looked: boolean): string =>
      stepsOf({ version, last: run }, looked)
        .filter((step) => step.done)
        .map((step) => step.id)
        .join(' ');
    expect(done(1, null, false)).toBe('');
    expect(done(1, last('running', 1), true)).toBe('run');
    expect(done(1, last('completed', 3), false)).toBe('run');
    expect(done(1, last('completed', 3), true)).toBe('run look');
    expect(done(2, last('completed', 3), true)).toBe('run look fix');
    expect(done(2, last('completed', 0), true)).toBe('run look fix rerun');
  });
});

describe('templates', () => {
  it('are the six, each with its name in the text', () => {
    expect(TEMPLATES.map(({ name }) => name)).toEqual(
      TEMPLATES.map(({ text }) => (parse(text) as { name: string }).name),
    );
    expect(TEMPLATES).toHaveLength(6);
  });

  it('get a number when their name is taken, in what they call, too', () => {
    expect(parse(numbered(EMPTY, 3))).toMatchObject({ name: 'New workflow 3' });
    const tree = TEMPLATES.find(({ name }) => name === 'Walk a tree')?.text ?? '';
    expect(parse(numbered(tree, 2))).toMatchObject({
      id: 'walk-a-tree-2',
      name: 'Walk a tree 2',
      nodes: { walk: { with: { workflow: 'walk-a-tree-2' } } },
    });
    expect(numbered(tree, 1)).toBe(tree);
  });
});
