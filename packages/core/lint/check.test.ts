/** Everything that is said about a file in one go. */
import { expect, it } from 'vitest';
import { registry } from '@rondo/nodes/registry.ts';
import { checkText } from './check.ts';

it('mistakes of form do not hide the others, and cause none', () => {
  const text = `rondo: 1
nodes:
  a: { typ: set }
  b: { type: sett, after: c }
  e: { type: set, after: a, with: { fields: { x: "{{ $jsn.a }}" } } }
  l: { type: for-each, loop: { parallel: many }, body: { x: { type: set, after: a2 } } }
`;
  expect(checkText(text, 'test.yaml', registry).map((one) => [one.code, one.path.join('.'), one.line])).toEqual([
    ['unknown-field', 'nodes.a.typ', 3],
    ['missing-field', 'nodes.a', 3],
    ['wrong-type', 'nodes.l.loop.parallel', 6],
    ['unknown-node-type', 'nodes.b.type', 4],
    ['unknown-name', 'nodes.e.with.fields.x', 5],
    ['unknown-node', 'nodes.l.body.x.after', 6],
  ]);
});

it('the linter is silent where the compiler has spoken', () => {
  const text = `rondo: 1
nodes:
  start: { type: manual }
  batches: { type: loop-over-items, after: start }
  work: { type: set, after: batches.loop }
`;
  expect(checkText(text, 'test.yaml', registry).map((one) => [one.code, one.severity])).toEqual([
    ['loop-output-miswired', 'error'],
  ]);
});
