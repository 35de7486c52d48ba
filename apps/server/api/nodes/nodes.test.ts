/** Node types, their ports, names of expressions, and previews, which are evaluated in a child. */
import { expect, it } from 'vitest';
import { apiTests, startApi } from '../../testing/start-api.ts';
import { serverTests } from '../../testing/start.ts';

apiTests();
serverTests();

it('lists node types, with ports as parameters decide them', async () => {
  const { api } = await startApi();
  const { nodes } = await api('GET /nodes', {});
  expect(nodes.length).toBeGreaterThan(50);
  expect(nodes.find((one) => one.type === 'for-each')).toMatchObject({ group: 'loop', work: 'container' });
  expect(nodes.find((one) => one.type === 'http-request')?.parameters.map((one) => one.name)).toContain('url');
  const { nodes: ports } = await api('POST /nodes/ports', {
    body: {
      nodes: {
        a: { type: 'switch', with: { rules: [{ name: 'big' }, { name: 'small' }] } },
        b: { type: 'set' },
        c: { type: 'nonsense' },
      },
    },
  });
  expect(Object.keys(ports)).toEqual(['a', 'b']);
  expect(ports['b']).toMatchObject({ inputs: [{ name: expect.any(String) as string }], paged: false });
  const { names, functions } = await api('GET /expressions/names', {});
  expect(names.find((one) => one.name === '$json')).toMatchObject({ kind: 'data', usage: '$json.field' });
  expect(functions).toContain('toTitleCase');
});

it('previews expressions on data that is given, and says what is wrong', async () => {
  const { api } = await startApi();
  const preview = (template: unknown, scopes: object[]) =>
    api('POST /expressions/preview', { body: { template, scopes } });
  const scopes = [{ input: [{ n: 2 }, { n: 5 }], index: 1, nodes: { other: [{ x: 'a' }] } }, { input: [{}] }];
  expect(await preview({ twice: '{{ $json.n * 2 }}', text: 'is {{ $json.n }}' }, scopes)).toEqual({
    results: [
      { value: { twice: 10, text: 'is 5' }, failure: null },
      { value: { twice: null, text: 'is ' }, failure: null },
    ],
  });
  const one = async (template: string, scope: object = {}) => (await preview(template, [scope])).results[0];
  expect(await one("{{ $('other').first().json.x }}", { nodes: { other: [{ x: 'a' }] } })).toMatchObject({
    value: 'a',
  });
  expect(await one('{{ $loop.index + 1 }}', { loops: [{ item: 1, index: 6 }] })).toMatchObject({ value: 7 });
  expect(await one('{{ $json. }}')).toMatchObject({ failure: { code: 'expression-syntax' } });
  expect(await one('{{ nothing }}')).toMatchObject({ failure: { code: 'unknown-name' } });
  expect(await one('{{ null.x }}')).toMatchObject({ failure: { code: 'expression-failed' } });
  expect(await one('{{ (() => { for (;;) {} })() }}')).toMatchObject({ failure: { code: 'expression-timeout' } });
  expect(await one('{{ process.env }}')).toMatchObject({ failure: { code: 'unknown-name' } });
  expect(await one('{{ 1 + 1 }}')).toMatchObject({ value: 2 });
});

const NESTED = `
id: nested
name: Nested
nodes:
  start: { type: manual }
  outer:
    type: for-each
    after: start
    body:
      name: { type: set, with: { fields: { list: "{{ [1, 2, $json.n] }}" } } }
      inner:
        type: for-each
        after: name
        loop: { over: "{{ $json.list }}" }
        body:
          double: { type: set, with: { fields: { n: "{{ $json * 2 }}" } } }
          rest: { type: wait, after: double, with: { for: 1ms } }
`;

it('previews on what a node had in iterations of a run; nested loops lie below their iteration', async () => {
  const { api, run } = await startApi({ 'nested.yaml': NESTED });
  const { id } = await api('POST /workflows/{id}/runs', {
    params: { id: 'nested' },
    body: { items: [{ n: 7 }, { n: 8 }] },
  });
  await run(id);
  const under = async (frame?: string) =>
    (await api('GET /runs/{id}/loops', { params: { id }, query: frame === undefined ? {} : { under: frame } })).loops;
  expect((await under()).map((one) => one.path)).toEqual(['outer']);
  expect(await under('outer[1]')).toMatchObject([{ path: 'outer[1]/inner', node: 'inner', total: 3, completed: 3 }]);
  const path = 'outer[1]/inner';
  const one = await api('GET /runs/{id}/loops/{path}/iterations/{index}', { params: { id, path, index: 2 } });
  expect(one).toMatchObject({
    input: [8],
    output: [{ n: 16 }],
    steps: [{ id: 'double', status: 'completed' }, { id: 'rest' }],
  });
  const outer = await api('GET /runs/{id}/loops/{path}/iterations/{index}', {
    params: { id, path: 'outer', index: 1 },
  });
  expect(outer).toMatchObject({ loops: [{ path }], previous: 0, following: null });
  const preview = await api('POST /expressions/preview', {
    body: { template: '{{ $json.n + 1 }}', run: { id, loop: path, indices: [0, 2], node: 'rest' } },
  });
  expect(preview.results.map((result) => result.value)).toEqual([3, 17]);
  // Loops and nodes around are there, too; what is not kept is told as that.
  const around = await api('POST /expressions/preview', {
    body: {
      template: "{{ $loop.parent.item.n + $loop.parent.index + $('name').item.json.n }}",
      run: { id, loop: path, indices: [1], node: 'rest' },
    },
  });
  expect(around.results).toEqual([{ value: 17, failure: null }]);
  const lost = await api('POST /expressions/preview', {
    body: { template: "{{ $('start').item.json.n }}", run: { id, loop: path, indices: [1], node: 'rest' } },
  });
  expect(lost.results[0]?.failure?.message).toBe('It reads a node whose output is not kept with this iteration.');
});
