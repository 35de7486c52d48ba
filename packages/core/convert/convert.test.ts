import { describe, expect, it } from 'vitest';
import { diagnostic } from '../errors.ts';
import type { Definition } from '../model/definition.ts';
import { convert, detectFormat } from './convert.ts';
import { inputFor, pinFor } from './given.ts';
import { identityOf } from './identity.ts';
import { placesInForeign } from './places.ts';

const N8N = {
  id: 'w1',
  name: 'Orders',
  nodes: [
    { name: 'Go', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, parameters: {}, position: [0, 0] },
    {
      name: 'Keep',
      type: 'n8n-nodes-base.noOp',
      typeVersion: 1,
      parameters: { note: '={{ $json.a }}' },
      position: [0, 0],
    },
  ],
  connections: { Go: { main: [[{ node: 'Keep', type: 'main', index: 0 }]] } },
};

describe('which product a file is of', () => {
  it.each([
    [JSON.stringify(N8N), 'n8n'],
    ['{"nodes": [], "connections": {}}', 'n8n'],
    ['{"nodes": [{"name": "a", "type": "n8n-nodes-base.set"}]}', 'n8n'],
    ['{"nodes": [{"name": "a", "type": "@n8n/n8n-nodes-langchain.agent"}]}', 'n8n'],
    ['kind: app\napp: {}\nworkflow: {}', 'dify'],
    ['app: {mode: workflow}\nworkflow: {graph: {nodes: [], edges: []}}', 'dify'],
    ['graph: {nodes: [], edges: []}', 'dify'],
    ['{"nodes": [], "edges": []}', 'dify'],
    ['summary: x\nvalue: {modules: []}', 'openflow'],
    ['rondo: 1\nnodes: {}', null],
    ['{"rondo": 1, "nodes": [], "connections": {}}', null],
    ['{"hello": "world"}', null],
    ['', null],
    ['{"nodes": [', null],
    ['[]', null],
    ['{"nodes": 7, "connections": 7, "value": {"modules": 7}, "app": [], "workflow": null, "graph": 1}', null],
  ])('%s: %s', (text, format) => expect(detectFormat(text, 'f')).toBe(format));
});

it('gives places to what a converter says, and keeps what reading said', () => {
  const text =
    '{"nodes": [{"name": "A", "type": "n8n-nodes-base.nothing",\n "parameters": {"n": 12345678901234567890}}],\n "connections": {}}';
  const { definition, diagnostics } = convert(text, 'n8n', { strict: false, file: 'f.json' });
  expect(definition).toBeNull();
  expect(diagnostics.map((one) => [one.severity, one.code, one.line])).toEqual([
    ['warning', 'bad-value', 2],
    ['error', 'not-supported', 1],
  ]);
});

describe('what people give', () => {
  it.each([
    [{ a: 1 }, [{ a: 1 }]],
    [{ json: { a: 1 } }, [{ a: 1 }]],
    [
      [{ json: { a: 1 }, pairedItem: 0 }, { b: 2 }, 3],
      [{ a: 1 }, { b: 2 }, 3],
    ],
    [{ json: { a: 1 }, other: 1 }, [{ json: { a: 1 }, other: 1 }]],
    [[], []],
  ])('n8n items %j are %j', (given, items) => {
    expect(inputFor('n8n', given)).toEqual(items);
    expect(pinFor('n8n', given)).toEqual(items);
  });

  it('takes start variables and results as they are', () => {
    expect(inputFor('dify', { 'sys.query': 'hi', 'n': 1 })).toEqual({ 'sys.query': 'hi', 'n': 1 });
    expect(inputFor('openflow', { list: [1] })).toEqual({ list: [1] });
    expect(pinFor('dify', { text: 'x' })).toEqual([{ text: 'x' }]);
    expect(pinFor('openflow', [1, 2])).toEqual([[1, 2]]);
    expect(pinFor('openflow', null)).toEqual([null]);
  });
});

describe('what a workflow may be called by', () => {
  it.each([
    [JSON.stringify(N8N), { id: 'w1', name: 'Orders' }],
    ['{"id": 7, "nodes": [], "connections": {}}', { id: '7', name: null }],
    ['app: {name: Chat}\nworkflow: {}\nkind: app', { id: null, name: 'Chat' }],
    ['path: f/a/b\nsummary: Flow\nvalue: {modules: []}', { id: 'f/a/b', name: 'Flow' }],
    ['rondo: 1\nid: x\nname: y', { id: 'x', name: 'y' }],
    ['{"a": 1}', null],
    ['{"a": ', null],
  ])('%s', (text, identity) => expect(identityOf(text, 'f')).toEqual(identity));
});

describe('places of what the compiler says', () => {
  const definition: Definition = {
    rondo: 1,
    name: 'x',
    nodes: {
      Go: { type: 'manual' },
      Keep: { type: 'no-op', after: 'Go', with: { note: '{{ $json.a }}', other: 'made by the converter' } },
    },
  };
  const place = (path: string[]): [unknown, unknown, unknown] => {
    const text = JSON.stringify(N8N, null, 1);
    const [found] = placesInForeign({ text, file: 'f', format: 'n8n' }, definition, [
      { ...diagnostic('bad-value', path, 'x'), line: 99, column: 99 },
    ]);
    return [found?.path, found?.node, found?.line === undefined ? null : text.split('\n')[found.line - 1]?.trim()];
  };

  it('is the text of the parameter, else the node', () => {
    expect(place(['nodes', 'Keep', 'with', 'note'])).toEqual([
      ['nodes', 1, 'parameters', 'note'],
      'Keep',
      '"note": "={{ $json.a }}"',
    ]);
    expect(place(['nodes', 'Keep', 'with', 'other'])).toEqual([['nodes', 1], 'Keep', '{']);
    expect(place(['settings', 'timezone'])).toEqual([[], null, null]);
    expect(place(['nodes', 'unknown'])).toEqual([[], 'unknown', null]);
  });

  it('is found by id in the lists of Dify and anywhere in an OpenFlow file', () => {
    const inner: Definition = { ...definition, nodes: { outer: { type: 'loop', body: { inner: { type: 'set' } } } } };
    const found = [diagnostic('bad-value', ['nodes', 'outer', 'body', 'inner', 'with'], 'x')];
    const dify = '{"workflow": {"graph": {"nodes": [{"id": "outer"}, {"id": "inner"}], "edges": []}}, "app": {}}';
    expect(placesInForeign({ text: dify, file: 'f', format: 'dify' }, inner, found)[0]?.path).toEqual([
      'workflow',
      'graph',
      'nodes',
      1,
    ]);
    const flow = '{"value": {"modules": [{"id": "outer", "value": {"modules": [{"id": "inner"}]}}]}}';
    expect(placesInForeign({ text: flow, file: 'f', format: 'openflow' }, inner, found)[0]).toMatchObject({
      path: ['value', 'modules', 0, 'value', 'modules', 0],
      line: 1,
      column: 62,
    });
  });
});
