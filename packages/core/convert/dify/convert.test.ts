/** What Dify files become; that they run as there is tested in conformance/. */
import { describe, expect, it } from 'vitest';
import { registry } from '@rondo/nodes/registry.ts';
import { compile } from '../../compile/compile.ts';
import { convert } from '../convert.ts';
import type { Converted } from '../converted.ts';

const START = '    - { id: start, data: { type: start, variables: [] } }';

/** Nodes and edges as YAML; edges are written `a > b` or `a.handle > b`. */
function app(
  nodes: string[],
  edges: string[],
  head = 'kind: app\nversion: 0.6.0\napp: { name: Test, mode: workflow }',
): string {
  const lines = edges.map((edge) => {
    const [from = '', target = ''] = edge.split(' > ');
    const [source = '', handle = 'source'] = from.split('.');
    return `    - { source: ${source}, sourceHandle: ${handle}, target: ${target} }`;
  });
  const list = [START, ...nodes.map((node) => `    - ${node}`)];
  return `${head}\nworkflow:\n  graph:\n    nodes:\n${list.join('\n')}\n    edges:\n${lines.join('\n')}\n`.replaceAll(
    '\n    -',
    '\n      -',
  );
}

function converted(text: string, pinned: string[] = []): Converted {
  const result = convert(text, 'dify', { strict: false, file: 'test.yml', pinned: new Set(pinned) });
  if (result.definition !== null) {
    expect(compile(result.definition, registry, { pins: new Set(pinned) }).diagnostics).toEqual([]);
  }
  return result;
}

const nodesOf = (text: string, pinned: string[] = []) => {
  const { definition, diagnostics } = converted(text, pinned);
  if (definition === null) throw new Error(JSON.stringify(diagnostics));
  return definition.nodes;
};

const said = (text: string) =>
  converted(text).diagnostics.map(({ code, path, message }) => [code, path.join('.'), message]);

describe('files', () => {
  it('without a section app are refused, as there', () => {
    expect(said('workflow: { graph: { nodes: [], edges: [] } }\nkind: app')).toEqual([
      ['file-format', 'app', expect.stringContaining('no section app')],
    ]);
    expect(said('nodes: [{ id: a, title: x }]\nedges: []')).toEqual([
      ['file-format', 'app', expect.stringContaining('no section app')],
    ]);
  });

  it('may be no more than a graph', () => {
    const { definition } = converted('nodes: [{ id: start, data: { type: start } }]\nedges: []');
    expect(definition).toMatchObject({
      name: 'test',
      settings: { dialect: 'dify' },
      nodes: { start: { type: 'manual' } },
    });
  });

  it('of apps without a workflow are named as such, and a version must be text', () => {
    expect(said('kind: app\nversion: "0.6.0"\napp: { mode: agent-chat }')).toEqual([
      ['not-supported', 'app.mode', expect.stringContaining('agent-chat')],
    ]);
    expect(said(app([], [], 'kind: app\nversion: 0.6\napp: {}'))).toMatchObject([
      ['file-format', 'version', expect.anything()],
    ]);
  });

  it('of old versions are read as they were meant', () => {
    const text = app(
      [
        '{ id: note, type: custom-note, data: { type: "", text: hello } }',
        '{ id: pick, data: { type: variable-assigner, variables: [[start, a], [start, b]] } }',
        '{ id: it, data: { type: iteration, iterator_selector: [start, l], output_selector: [one, output], start_node_id: one } }',
        '{ id: one, data: { type: template-transform, template: "{{ x }}", isIterationStart: true, iteration_id: it, variables: [{ variable: x, value_selector: [it, item] }] } }',
        '{ id: if, data: { type: if-else, logical_operator: or, conditions: [{ variable_selector: [start, a], comparison_operator: empty }] } }',
      ],
      ['start > pick', 'pick > it', 'it > if'],
      'app: { name: Old, mode: workflow }',
    );
    const nodes = nodesOf(text);
    expect(Object.keys(nodes)).toEqual(['start', 'pick', 'it', 'if']);
    expect(nodes.it?.body?.one).toMatchObject({ type: 'template', with: { values: { x: '{{ $loop.item }}' } } });
    expect(nodes.it?.body?.one?.after).toBeUndefined();
    expect(nodes.if).toMatchObject({
      type: 'switch',
      with: { rules: [{ combinator: 'or', output: 'true' }], outputs: ['true', 'false'] },
    });
    expect(converted(text).diagnostics.map((one) => [one.severity, one.code, one.node])).toEqual([
      ['hint', 'converted', null],
      ['hint', 'converted', 'pick'],
      ['hint', 'converted', 'it'],
    ]);
  });
});

describe('inputs', () => {
  it('are those of the start, of the system and of the environment', () => {
    const variables =
      '[{ variable: a, type: text-input, required: true, max_length: 5, label: A }, { variable: n, type: number }, { variable: s, type: select, options: [x, y] }]';
    const text = app([], [], 'kind: app\nversion: "0.6.0"\napp: { name: T, mode: advanced-chat }')
      .replace('variables: []', `variables: ${variables}`)
      .replace('workflow:', 'workflow:\n  environment_variables: [{ name: KEY, value: v, value_type: secret }]');
    const { definition } = converted(text);
    expect(definition?.inputs).toEqual({
      'a': { type: 'string', required: true, maxLength: 5, description: 'A' },
      'n': { default: null },
      's': { type: 'string', default: null, enum: ['x', 'y'] },
      'sys.query': { type: 'string', default: '' },
      'sys.files': { type: 'array', default: [] },
      'sys.dialogue_count': { type: 'integer', default: 1 },
      'env.KEY': { default: 'v' },
    });
    expect(definition?.nodes.start).toMatchObject({
      type: 'set',
      with: { fields: { n: '{{ $number($json["n"], "n") }}' } },
    });
  });
});

describe('connections', () => {
  it('of failures lead from the port of errors, old handles from where they were', () => {
    const nodes = nodesOf(
      app(
        [
          '{ id: c, data: { type: code, code_language: javascript, code: "", error_strategy: fail-branch } }',
          '{ id: good, data: { type: end, outputs: [] } }',
          '{ id: bad, data: { type: end, outputs: [] } }',
        ],
        ['start > c', 'c.success-branch > good', 'c.fail-branch > bad'],
      ),
    );
    expect(nodes.c?.loop).toMatchObject({ onError: 'port', fallback: { error_message: '{{ $error.message }}' } });
    expect(nodes.good?.after).toBe('c');
    expect(nodes.bad?.after).toBe('c.error');
  });

  it('from a way that a node does not have are never taken', () => {
    const nodes = nodesOf(
      app(
        ['{ id: if, data: { type: if-else, cases: [] } }', '{ id: e, data: { type: end, outputs: [] } }'],
        ['start > if', 'if.gone > e'],
      ),
    );
    expect(nodes.e?.after).toBe('if nowhere.never');
  });

  it('of a node whose outputs are given are chosen by those', () => {
    const text = app(
      [
        '{ id: q, data: { type: question-classifier, classes: [{ id: "1", name: a }, { id: "2", name: b }], query_variable_selector: [start, a], model: { provider: none } } }',
        '{ id: e, data: { type: end, outputs: [] } }',
      ],
      ['start > q', 'q.2 > e'],
    );
    expect(nodesOf(text, ['q']).e?.after).toBe('q way.2');
    expect(nodesOf(text).e?.after).toBe('q.2');
  });
});

describe('variables', () => {
  const text = (answer: string): unknown => {
    const nodes = nodesOf(app([`{ id: a, data: { type: answer, answer: ${JSON.stringify(answer)} } }`], ['start > a']));
    return nodes.a?.with?.text;
  };

  it('in texts keep what is no variable as it is', () => {
    expect(text('{{#start.x#}}')).toBe('{{ $markdown($get($("start").outputs, "x"), "start.x") }}');
    expect(text('{{# start.x #}} {{#x#}} {{ y }}')).toBe('\\{{# start.x #}} \\{{#x#}} \\{{ y }}');
    expect(text('{{{#sys.query#}}')).toBe('{{ "\\u007b" }}{{ $markdown($get($vars, "sys.query"), "sys.query") }}');
    expect(text('{{#zz.b.c#}}')).toBe('{{ $markdown(undefined, "zz.b.c") }}');
  });

  it('of containers around are those of their level', () => {
    const nodes = nodesOf(
      app(
        [
          '{ id: out, data: { type: iteration, iterator_selector: [start, l], output_selector: [in, output], start_node_id: s1, error_strategy: fail-branch } }',
          '{ id: s1, data: { type: iteration-start } }',
          '{ id: in, data: { type: iteration, iterator_selector: [out, item, list], output_selector: [out, index], start_node_id: s2, error_strategy: fail-branch } }',
          '{ id: s2, data: { type: iteration-start } }',
          '{ id: t, data: { type: template-transform, template: x, variables: [{ variable: a, value_selector: [in, index] }, { variable: b, value_selector: [out, item] }] } }',
        ],
        ['start > out', 's1 > in', 's2 > t'],
      ),
    );
    const outer = nodes.out?.body?.['out rounds'];
    const inner = outer?.body?.in?.body?.['in rounds'];
    expect(inner?.loop?.over).toBe('{{ $iterable($get($loop.parent.item, "list"), ["out", "item", "list"]) }}');
    expect(inner?.body?.t?.with?.values).toEqual({ a: '{{ $loop.index }}', b: '{{ $loop.parent.parent.item }}' });
    expect(inner?.body?.['in end']?.with?.fields).toEqual({ value: '{{ $loop.parent.parent.index }}' });
  });
});

it('loops have at least one round, and operators are those of Dify', () => {
  const loop = (more: string): string => app([`{ id: l, data: { type: loop, ${more} } }`], ['start > l']);
  expect(said(loop('loop_count: 0'))).toMatchObject([
    ['bad-value', expect.stringContaining('loop_count'), expect.anything()],
  ]);
  expect(said(loop('loop_count: 1, break_conditions: [{ comparison_operator: like }]'))).toContainEqual([
    'bad-value',
    expect.stringContaining('break_conditions.0'),
    expect.stringContaining('"like"'),
  ]);
});
