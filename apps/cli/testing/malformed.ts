/**
 * Owns malformed workflow files of every product, written for the tests: what is wrong with each and where. Does not
 * run them.
 */
import { Buffer } from 'node:buffer';

export interface Malformed {
  /** What is wrong, and in which product's file. */
  name: string;
  /** Name of the file. */
  file: string;
  content: string | Buffer;
  /** Codes of which one is told. */
  codes: readonly string[];
  /** A warning: the product runs such a file and fails on the way, so Rondo does too. Default: an error. */
  severity?: 'warning';
  /** The text stands in a message. */
  says?: string;
  /** 1-based line of that error. */
  line?: number;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Fields = { [key: string]: Json };

// ---- sound files that one thing is changed in

const n8nNode = (name: string, type: string, more: Fields = {}): Fields => ({
  name,
  type: `n8n-nodes-base.${type}`,
  typeVersion: 1,
  position: [0, 0],
  parameters: {},
  ...more,
});

const wire = (node: string): Fields => ({ main: [[{ node, type: 'main', index: 0 }]] });

function n8n(change: { nodes?: Json; connections?: Json; more?: Fields } = {}): Fields {
  return {
    name: 'Sound',
    nodes: change.nodes ?? [n8nNode('Go', 'manualTrigger'), n8nNode('Keep', 'noOp')],
    connections: change.connections ?? { Go: wire('Keep') },
    ...change.more,
  };
}

const difyNode = (id: string, type: string, data: Fields = {}): Fields => ({
  id,
  type: 'custom',
  data: { type, title: id, ...data },
});

const difyEdge = (source: string, target: string, sourceHandle = 'source'): Fields => ({
  id: `${source}-${target}`,
  source,
  target,
  sourceHandle,
  targetHandle: 'target',
});

const START = difyNode('start', 'start', {
  variables: [{ variable: 'query', label: 'query', type: 'text-input', required: false }],
});
const END = difyNode('end', 'end', { outputs: [{ variable: 'query', value_selector: ['start', 'query'] }] });

function dify(change: { nodes?: Json; edges?: Json; more?: Fields } = {}): Fields {
  return {
    version: '0.3.0',
    kind: 'app',
    app: { name: 'Sound', mode: 'workflow' },
    workflow: {
      graph: { nodes: change.nodes ?? [START, END], edges: change.edges ?? [difyEdge('start', 'end')] },
      features: {},
    },
    ...change.more,
  };
}

const script = (content: string): Fields => ({
  type: 'rawscript',
  language: 'bun',
  content,
  input_transforms: {},
});

function openflow(change: { modules?: Json; more?: Fields } = {}): Fields {
  return {
    summary: 'Sound',
    value: { modules: change.modules ?? [{ id: 'a', value: script('export function main() { return 1 }') }] },
    ...change.more,
  };
}

/** One line for each member, so that lines mean something. */
const lines = (value: Json): string => JSON.stringify(value, null, 1);

export const SOUND: readonly Malformed[] = [
  { name: 'n8n', file: 'sound-n8n.json', content: lines(n8n()), codes: [] },
  { name: 'Dify', file: 'sound-dify.json', content: lines(dify()), codes: [] },
  { name: 'OpenFlow', file: 'sound-openflow.json', content: lines(openflow()), codes: [] },
];

// ---- whatever the product: texts that hold no value

const bomb = [
  'app: {name: bomb}',
  'kind: app',
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...[...'bcdefghijk'].map(
    (letter, i) => `${letter}: &${letter} [${Array(9).fill(`*${'abcdefghijk'[i]}`).join(', ')}]`,
  ),
  'workflow: *k',
].join('\n');

const text: Malformed[] = [
  { name: '1 empty', file: 'empty.json', content: '', codes: ['file-format'], line: 1 },
  { name: '1 blank', file: 'blank.yml', content: '\n \n', codes: ['file-format'], line: 1 },
  {
    name: '2 binary junk',
    file: 'junk.json',
    content: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0xff, 0xfe, 0x7b, 0x22]),
    codes: ['file-unreadable'],
    line: 1,
  },
  {
    name: '3 truncated JSON',
    file: 'truncated.json',
    content: lines(n8n()).slice(0, 120),
    codes: ['file-syntax'],
    line: 8,
  },
  {
    name: '3 truncated YAML',
    file: 'truncated.yml',
    content: 'app: {name: x}\nkind: app\nworkflow:\n  graph: {nodes: [',
    codes: ['file-syntax'],
    line: 4,
  },
  {
    name: '4 UTF-16',
    file: 'utf16.json',
    content: Buffer.from(`\ufeff${lines(n8n())}`, 'utf16le'),
    codes: ['file-unreadable'],
    says: 'UTF-8',
    line: 1,
  },
  {
    name: '5 invalid UTF-8',
    file: 'latin1.json',
    content: Buffer.from(lines(n8n()).replace('Keep', 'K\u00e9\u00e9p'), 'latin1'),
    codes: ['file-unreadable'],
    says: 'UTF-8',
    line: 1,
  },
  {
    name: '6 duplicate keys in JSON',
    file: 'twice.json',
    content: lines(n8n()).replace('"name": "Sound"', '"name": "Sound",\n "name": "Again"'),
    codes: ['file-syntax'],
    says: 'name',
    line: 3,
  },
  {
    name: '6 duplicate keys in YAML',
    file: 'twice.yml',
    content: 'kind: app\napp: {name: x}\nkind: app\nworkflow: {graph: {nodes: [], edges: []}}\n',
    codes: ['file-syntax'],
    says: 'kind',
    line: 3,
  },
  { name: '7 deep nesting', file: 'deep.json', content: '{"nodes":'.repeat(200_000), codes: ['file-syntax'], line: 1 },
  {
    name: '7 deep YAML',
    file: 'deep.yml',
    content: Array.from({ length: 2_000 }, (_, i) => `${' '.repeat(i)}nodes:`).join('\n'),
    codes: ['file-syntax'],
  },
  { name: '8 spaces', file: 'spaces.json', content: ' '.repeat(8 * 1024 * 1024), codes: ['file-unreadable'] },
  { name: '9 alias bomb', file: 'bomb.yml', content: bomb, codes: ['file-syntax'], says: 'alias' },
  {
    name: '10 merges of merges',
    file: 'merge.yml',
    content: `kind: app\na: &a {x: 1}\n${Array.from({ length: 3_000 }, (_, i) => `k${i}: {<<: *a}`).join('\n')}`,
    codes: ['file-syntax'],
  },
  {
    name: '11 a tag for a function',
    file: 'tag.yml',
    content: 'kind: app\napp: {name: x}\nworkflow: !!js/function "function () {}"\n',
    codes: ['file-syntax'],
    line: 3,
  },
  {
    name: '11 a tag for an object',
    file: 'tag-python.yml',
    content: 'kind: app\napp: !!python/object/apply:os.system ["id"]\nworkflow: {}\n',
    codes: ['file-syntax'],
    line: 2,
  },
  { name: 'no product', file: 'other.json', content: '{"hello": "world"}', codes: ['unknown-field', 'file-format'] },
  { name: 'a list', file: 'list.json', content: '[1, 2]', codes: ['file-format'], line: 1 },
  {
    name: '24 a number out of range',
    file: 'huge.json',
    content: lines(n8n({ more: { meta: { n: 1 } } })).replace('"n": 1', '"n": 1e999'),
    codes: ['bad-value'],
    says: '1e999',
  },
];

// ---- n8n

const N8N_STRUCTURE: Malformed[] = [
  {
    name: '12 __proto__ as the name of a node',
    file: 'n8n-proto.json',
    content: lines(n8n({ nodes: [n8nNode('Go', 'manualTrigger'), n8nNode('__proto__', 'noOp')] })),
    codes: ['bad-value'],
  },
  {
    name: '13 a version of a node that there is not',
    file: 'n8n-version.json',
    content: lines(n8n({ nodes: [n8nNode('Go', 'manualTrigger'), n8nNode('Keep', 'set', { typeVersion: -1 })] })),
    codes: ['not-supported'],
    says: 'version -1',
  },
  {
    name: '13 a newer version of a node',
    file: 'n8n-newer.json',
    content: lines(n8n({ nodes: [n8nNode('Go', 'manualTrigger'), n8nNode('Keep', 'set', { typeVersion: 99 })] })),
    codes: ['differs'],
    severity: 'warning',
    says: 'version 99',
  },
  {
    name: '19 a workflow that calls itself',
    file: 'n8n-self.json',
    content: lines(
      n8n({
        nodes: [
          n8nNode('Go', 'executeWorkflowTrigger', { typeVersion: 1.1, parameters: { inputSource: 'passthrough' } }),
          n8nNode('Keep', 'executeWorkflow', {
            typeVersion: 1.2,
            parameters: { workflowId: { __rl: true, mode: 'id', value: 'self' } },
          }),
        ],
        more: { id: 'self' },
      }),
    ),
    codes: ['recursion-without-depth'],
    severity: 'warning',
    says: 'calls this workflow itself',
  },
  {
    name: '14 an unknown type',
    file: 'n8n-type.json',
    content: lines(n8n({ nodes: [n8nNode('Go', 'manualTrigger'), n8nNode('Keep', 'frobnicate')] })),
    codes: ['not-supported'],
    says: 'frobnicate',
    line: 14,
  },
  {
    name: '15 two nodes with one name',
    file: 'n8n-names.json',
    content: lines(n8n({ nodes: [n8nNode('Go', 'manualTrigger'), n8nNode('Go', 'noOp')] })),
    codes: ['bad-value'],
    severity: 'warning',
    says: 'Go',
  },
  {
    name: '21 nodes is a text',
    file: 'n8n-nodes.json',
    content: '{"nodes": "x",\n "connections": {}}',
    codes: ['file-format', 'wrong-type', 'unknown-field'],
  },
  {
    name: '21 a node is null',
    file: 'n8n-null.json',
    content: lines(n8n({ nodes: [n8nNode('Go', 'manualTrigger'), null] })),
    codes: ['wrong-type'],
  },
  {
    name: '21 parameters is a list',
    file: 'n8n-parameters.json',
    content: lines(n8n({ nodes: [n8nNode('Go', 'manualTrigger'), n8nNode('Keep', 'noOp', { parameters: [1] })] })),
    codes: ['wrong-type'],
  },
  {
    name: '21 connections is a number',
    file: 'n8n-connections.json',
    content: lines(n8n({ connections: { Go: 7 } })),
    codes: ['wrong-type'],
  },
  {
    name: '23 a name with a control character',
    file: 'n8n-control.json',
    content: lines(n8n({ nodes: [n8nNode('Go', 'manualTrigger'), n8nNode('a\u0007b', 'noOp')] })),
    codes: ['bad-value'],
  },
  {
    name: '23 a name of 10,000 characters',
    file: 'n8n-long.json',
    content: lines(n8n({ nodes: [n8nNode('Go', 'manualTrigger'), n8nNode('x'.repeat(10_000), 'noOp')] })),
    codes: ['bad-value'],
  },
  {
    name: '20 a broken expression',
    file: 'n8n-expression.json',
    content: lines(
      n8n({
        nodes: [
          n8nNode('Go', 'manualTrigger'),
          n8nNode('Keep', 'set', {
            typeVersion: 3.4,
            parameters: {
              mode: 'manual',
              assignments: { assignments: [{ id: '1', name: 'x', type: 'string', value: '={{ 1 + }}' }] },
            },
          }),
        ],
      }),
    ),
    codes: ['expression-syntax'],
    severity: 'warning',
  },
];

// ---- Dify

const DIFY_STRUCTURE: Malformed[] = [
  {
    name: '13 a version that is a number',
    file: 'dify-version.json',
    content: lines({ ...dify(), version: -1 }),
    codes: ['file-format'],
    says: 'version',
  },
  {
    name: '13 a version of words',
    file: 'dify-words.json',
    content: lines({ ...dify(), version: 'newest' }),
    codes: ['differs'],
    severity: 'warning',
    says: 'newest',
  },
  {
    name: '14 an unknown type',
    file: 'dify-type.json',
    content: lines(
      dify({
        nodes: [START, difyNode('x', 'frobnicate'), END],
        edges: [difyEdge('start', 'x'), difyEdge('x', 'end')],
      }),
    ),
    codes: ['not-supported'],
    says: 'frobnicate',
  },
  {
    name: '15 two nodes with one id',
    file: 'dify-ids.json',
    content: lines(dify({ nodes: [START, END, difyNode('end', 'end', { outputs: [] })] })),
    codes: ['bad-value', 'file-format'],
    says: 'end',
  },
  {
    name: '17 a circle',
    file: 'dify-circle.json',
    content: lines(
      dify({
        nodes: [
          START,
          difyNode('a', 'template-transform', { template: 'x', variables: [] }),
          difyNode('b', 'template-transform', { template: 'x', variables: [] }),
          END,
        ],
        edges: [difyEdge('start', 'a'), difyEdge('a', 'b'), difyEdge('b', 'a'), difyEdge('b', 'end')],
      }),
    ),
    codes: ['cycle', 'file-format', 'bad-value'],
  },
  {
    name: '21 nodes is a text',
    file: 'dify-nodes.json',
    content: lines(dify({ nodes: 'x' })),
    codes: ['file-format', 'wrong-type'],
  },
  {
    name: '21 a node is null',
    file: 'dify-null.json',
    content: lines(dify({ nodes: [START, null, END] })),
    codes: ['wrong-type', 'file-format'],
  },
  {
    name: '21 the graph is missing',
    file: 'dify-graph.json',
    content: '{"kind": "app", "app": {"mode": "workflow"},\n "workflow": {}}',
    codes: ['file-format', 'missing-field', 'wrong-type'],
  },
  {
    name: '23 an id with a line break',
    file: 'dify-control.json',
    content: lines(
      dify({ nodes: [START, difyNode('a\nb', 'end', { outputs: [] })], edges: [difyEdge('start', 'a\nb')] }),
    ),
    codes: ['bad-value', 'file-format'],
  },
];

// ---- OpenFlow

const OPENFLOW_STRUCTURE: Malformed[] = [
  {
    name: '14 an unknown type',
    file: 'openflow-type.json',
    content: lines(openflow({ modules: [{ id: 'a', value: { type: 'frobnicate' } }] })),
    codes: ['not-supported', 'bad-value'],
    says: 'frobnicate',
  },
  {
    name: '15 two steps with one id',
    file: 'openflow-ids.json',
    content: lines(
      openflow({
        modules: [
          { id: 'a', value: script('export function main() { return 1 }') },
          { id: 'a', value: script('export function main() { return 2 }') },
        ],
      }),
    ),
    codes: ['bad-value', 'file-format'],
  },
  {
    name: '18 a loop without a body',
    file: 'openflow-loop.json',
    content: lines(
      openflow({
        modules: [
          {
            id: 'a',
            value: { type: 'forloopflow', iterator: { type: 'javascript', expr: '[1]' }, skip_failures: false },
          },
        ],
      }),
    ),
    codes: ['missing-field', 'wrong-type', 'file-format', 'empty-body', 'bad-value'],
  },
  {
    name: '20 a broken expression',
    file: 'openflow-expression.json',
    content: lines(
      openflow({
        modules: [
          {
            id: 'a',
            value: {
              ...script('export function main(x) { return x }'),
              input_transforms: { x: { type: 'javascript', expr: '1 +' } },
            },
          },
        ],
      }),
    ),
    codes: ['expression-syntax'],
    severity: 'warning',
  },
  {
    name: '21 a step is null',
    file: 'openflow-null.json',
    content: lines(openflow({ modules: [null] })),
    codes: ['wrong-type', 'file-format'],
  },
  {
    name: '21 modules is a text',
    file: 'openflow-modules.json',
    content: '{"summary": "x", "value": {"modules": "x"}}',
    codes: ['unknown-field', 'file-format', 'wrong-type'],
  },
  {
    name: '23 an id with a control character',
    file: 'openflow-control.json',
    content: lines(openflow({ modules: [{ id: 'a\u0007', value: script('export function main() { return 1 }') }] })),
    codes: ['bad-value', 'wrong-type'],
  },
];

const named = (product: string, list: readonly Malformed[]): Malformed[] =>
  list.map((one) => ({ ...one, name: `${product}: ${one.name}` }));

export const MALFORMED: readonly Malformed[] = [
  ...named('any', text),
  ...named('n8n', N8N_STRUCTURE),
  ...named('Dify', DIFY_STRUCTURE),
  ...named('OpenFlow', OPENFLOW_STRUCTURE),
];
