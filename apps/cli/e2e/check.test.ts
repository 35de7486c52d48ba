/** End-to-end tests of `rondo check`: what it says of loops, and its fixes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { place } from '../testing/process.ts';

const here = place();
afterAll(() => here.remove());

const TRAP = `rondo: 1
nodes:
  start: { type: manual }
  rows: { type: split-out, after: start, with: { field: rows } }
  # A comment that stays.
  sum: { type: code, after: rows, with: { mode: item, code: "return { n: $input.all().map(i => i.json.n).length };" } }
`;

it('warns of a trap, fixes it in the file, and has nothing left to say', async () => {
  here.write('trap.yaml', TRAP);
  const checked = await here.rondo('check', 'trap.yaml', '--json');
  expect(checked.code).toBe(0);
  expect(JSON.parse(checked.stdout)).toMatchObject({
    diagnostics: [{ file: 'trap.yaml', code: 'aggregate-without-once', severity: 'warning', node: 'sum', line: 6 }],
  });
  expect((await here.rondo('check', 'trap.yaml', '--strict')).code).toBe(2);
  const fixed = await here.rondo('check', 'trap.yaml', '--fix', '--strict');
  expect(fixed).toMatchObject({ code: 0, stdout: 'trap.yaml: 1 fix applied, no problems\n' });
  const text = readFileSync(join(here.folder, 'trap.yaml'), 'utf8');
  expect(text).toContain('executeOnce: true');
  expect(text).toContain('# A comment that stays.');
});

it('explains how often every node runs', async () => {
  here.write('loops.yaml', `${TRAP}  each: { type: for-each, after: rows, body: { work: { type: no-op } } }\n`);
  const { stdout, code } = await here.rondo('check', 'loops.yaml', '--explain');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^NODE\s+RUNS\s+WHY$/m);
  expect(stdout).toMatch(/^each\s+per item\s+Its body runs once for each/m);
  expect(stdout).toMatch(/^ {2}work\s+once\s.*Inside of each\.$/m);
  const listed = JSON.parse((await here.rondo('check', 'loops.yaml', '--explain', '--json')).stdout) as {
    explanations: { node: string; runs: string }[];
  };
  expect(listed.explanations.map(({ node, runs }) => [node, runs])).toContainEqual(['rows', 'per item']);
});
