/** Tests of small parts: closest names, edits of files, what comes after a node, sub-workflows, CSV cells. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import type { Plan, Region, Step } from '@rondo/core/model/plan.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { closest } from './closest.ts';
import { csvCell } from './commands/runs/export.ts';
import { downstream } from '@rondo/core/engine/downstream.ts';
import { applyEdits } from './edits.ts';
import { workflowFinder } from '@rondo/runtime/runner/workflows.ts';

it('finds what was meant, or nothing', () => {
  expect(closest('rnus', ['run', 'runs', 'nodes'])).toBe('runs');
  expect(closest('for-eahc', ['for-each', 'filter'])).toBe('for-each');
  expect(closest('xyzzy', ['run', 'runs'])).toBeNull();
});

describe('edits', () => {
  it('keep comments and order of YAML', () => {
    const text = 'rondo: 1 # one\nnodes:\n  # the loop\n  each: { type: for-each, loop: { parallel: 4 } }\n';
    const edits = [
      { path: ['nodes', 'each', 'loop', 'parallel'], value: 1 },
      { path: ['nodes', 'each', 'executeOnce'], value: true },
    ];
    expect(applyEdits(text, edits)).toBe(
      'rondo: 1 # one\nnodes:\n  # the loop\n  each: { type: for-each, loop: { parallel: 1 }, executeOnce: true }\n',
    );
  });

  it('keep JSON JSON, with its indent, and can remove', () => {
    const text = '{\n    "rondo": 1,\n    "nodes": {"a": {"type": "set", "loop": {}}}\n}\n';
    const fixed = applyEdits(text, [{ path: ['nodes', 'a', 'loop'], value: undefined }]);
    expect(JSON.parse(fixed)).toEqual({ rondo: 1, nodes: { a: { type: 'set' } } });
    expect(fixed).toContain('\n    "rondo"');
  });
});

describe('csv cells', () => {
  it('are texts where a spreadsheet would see a formula, and numbers where they are numbers', () => {
    expect(csvCell('=HYPERLINK("http://x")')).toBe('"\'=HYPERLINK(""http://x"")"');
    expect([csvCell('@x'), csvCell('+1-2'), csvCell('-5'), csvCell('+1.5e3'), csvCell('a-b')]).toEqual([
      "'@x",
      "'+1-2",
      '-5',
      '+1.5e3',
      'a-b',
    ]);
  });

  it('read back as they were, but for the mark', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 5 }), (cells) => {
        const [row = []] = parse(`${cells.map(csvCell).join(',')}\r\n`, { record_delimiter: '\r\n' }) as string[][];
        expect(row.map((cell, i) => (cell === cells[i] ? cell : cell.replace(/^'/, '')))).toEqual(cells);
      }),
    );
  });
});

describe('downstream', () => {
  const step = (index: number, id: string, from: number[], more: Partial<Step> = {}): Step =>
    ({ index, id, inputs: [from.map((s) => ({ step: s, port: 0 }))], references: [], ...more }) as unknown as Step;
  const region = (id: string, steps: Step[], outer: string[] = []): Region =>
    ({ id, steps, outer: outer.map((node) => ({ node, uses: [] })) }) as unknown as Region;

  it('follows connections and references, around containers, and leaves other branches alone', () => {
    const inner = region('outer', [step(0, 'before', [-1]), step(1, 'inner', [0]), step(2, 'later', [1])]);
    const root = region('', [
      step(0, 'start', []),
      step(1, 'outer', [0], { container: { kind: 'for-each', body: inner } }),
      step(2, 'beside', [0]),
      step(3, 'report', [1]),
      step(4, 'reads', [2], { references: [{ node: 'report', uses: ['first'] }] }),
      step(5, 'body', [2], { container: { kind: 'for-each', body: region('body', [step(0, 'x', [-1])], ['outer']) } }),
    ]);
    expect(downstream({ root } as Plan, new Set(['inner']))?.sort()).toEqual(['body', 'later', 'reads', 'report']);
  });

  it('is not known where steps run again and again', () => {
    const walk = { order: 'v1', strict: false, steps: [], starts: [] } as const;
    expect(downstream({ root: { ...region('', []), walk } as Region } as Plan, new Set())).toBeNull();
  });
});

describe('sub-workflows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rondo-sub-'));
  const outside = mkdtempSync(join(tmpdir(), 'rondo-sub-'));
  afterAll(() => [folder, outside].forEach((path) => rmSync(path, { recursive: true, force: true })));
  const text = (name: string, id?: string): string =>
    `rondo: 1\n${id === undefined ? '' : `id: ${id}\n`}name: ${name}\nnodes: { start: { type: manual } }\n`;
  mkdirSync(join(folder, 'parts'));
  writeFileSync(join(folder, 'parts', 'a.yaml'), text('Send mail', 'mail-1'));
  writeFileSync(join(folder, 'b.yml'), text('Other'));
  writeFileSync(join(outside, 'secret.yaml'), text('Secret'));
  symlinkSync(join(outside, 'secret.yaml'), join(folder, 'link.yaml'));
  const find = workflowFinder(folder);

  it('are found by relative path, id and name', async () => {
    expect((await find('parts/a.yaml'))?.text).toContain('mail-1');
    expect((await find('./parts/a'))?.text).toContain('mail-1');
    expect((await find('mail-1'))?.file.endsWith(join('parts', 'a.yaml'))).toBe(true);
    expect((await find('Other'))?.file.endsWith('b.yml')).toBe(true);
    expect(await find('nothing')).toBeNull();
  });

  it('are never read from outside the folder', async () => {
    expect(await find(`../${outside.split('/').at(-1) ?? ''}/secret.yaml`)).toBeNull();
    expect(await find(join(outside, 'secret.yaml'))).toBeNull();
    expect(await find('link.yaml')).toBeNull();
    expect(await find('Secret')).toBeNull();
  });
});
