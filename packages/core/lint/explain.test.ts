/** What is said of how often each node runs. */
import { expect, it } from 'vitest';
import { registry } from '@rondo/nodes/registry.ts';
import { parseDefinition } from '../model/format.ts';
import { explain } from './explain.ts';

it('says for every node how often it runs, why, and inside of what', () => {
  const { definition } = parseDefinition(
    `rondo: 1
name: Case
nodes:
  start: { type: webhook, with: { path: a } }
  check: { type: set, after: start, with: { fields: { a: 1 } } }
  pages: { type: http-request, after: check, with: { url: "https://a.test", pagination: { mode: nextUrl } } }
  rows: { type: split-out, after: pages, with: { field: rows } }
  price: { type: set, after: rows, with: { fields: { p: "{{ $json.a }}" } } }
  bulk: { type: http-request, after: rows, loop: { size: 50 }, with: { url: "https://a.test/bulk" } }
  tell: { type: slack, after: price, executeOnce: true, with: { secret: s, channel: c, text: Done } }
  sum: { type: aggregate, after: price }
  off: { type: no-op, after: sum, disabled: true }
  each:
    type: for-each
    after: rows
    loop: { parallel: 5 }
    body:
      work: { type: set, with: { fields: { x: 1 } } }
      inner: { type: loop, after: work, loop: { times: 3 }, body: { deep: { type: no-op } } }
  batches: { type: loop-over-items, after: [rows, part], loop: { size: 10 } }
  part: { type: aggregate, after: batches.loop }
  call: { type: sub-workflow, after: rows, with: { workflow: other, mode: each } }
  all: { type: sub-workflow, after: rows, with: { workflow: other } }
`,
    'case.yaml',
  );
  if (definition === null) throw new Error('the case is not a workflow');
  const said = Object.fromEntries(explain(definition, registry).map((one) => [one.node, one]));
  expect(Object.fromEntries(Object.entries(said).map(([node, { runs }]) => [node, runs]))).toEqual({
    start: 'once',
    check: 'once',
    pages: 'per page',
    rows: 'per item',
    price: 'per item',
    bulk: 'per batch',
    tell: 'once',
    sum: 'once',
    off: 'never',
    each: 'per item',
    work: 'once',
    inner: 'per round',
    deep: 'once',
    batches: 'per batch',
    part: 'once',
    call: 'per item',
    all: 'once',
  });
  expect(said['deep']?.inside).toEqual(['each', 'inner']);
  expect(said['part']?.inside).toEqual(['batches']);
  expect(said['each']?.why).toContain('5 at once');
  expect(said['tell']?.why).toContain('executeOnce');
});
