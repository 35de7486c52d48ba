/** Tests of compile as a whole: what authors are told, and where. */
import { describe, expect, it } from 'vitest';
import { registry } from '@rondo/nodes/registry.ts';
import { parseDefinition } from '../model/format.ts';
import { compile } from './compile.ts';

function compiled(text: string) {
  const { definition } = parseDefinition(`rondo: 1\n${text}`, 'test.yaml');
  if (definition === null) throw new Error('the test file is not a workflow');
  return compile(definition, registry);
}

const said = (text: string) => compiled(text).diagnostics.map((one) => [one.code, one.path.join('.')]);

describe('templates', () => {
  it('are checked before anything runs', () => {
    const { diagnostics } = compiled(`nodes:
  start: { type: manual }
  text: { type: template, after: start, with: { template: "a\\n{% for x in %}" } }`);
    expect(diagnostics).toMatchObject([
      { code: 'template-syntax', node: 'text', path: ['nodes', 'text', 'with', 'template'] },
    ]);
    expect(diagnostics[0]?.message).toContain('line 2');
  });
});

describe('flow: item', () => {
  const head = 'settings: { flow: item }\nnodes:\n  start: { type: manual }\n';

  it('says where a mistake stands in the file, not in the loop that it became', () => {
    expect(
      said(`${head}  a: { type: set, after: start, with: { fields: { x: "{{ oops }}" } } }
  b: { type: set, after: a, with: { colour: red } }`),
    ).toEqual([
      ['unknown-name', 'nodes.a.with.fields.x'],
      ['unknown-field', 'nodes.b.with.colour'],
    ]);
  });

  it('takes connections from the start in every spelling', () => {
    const { plan, diagnostics } = compiled(`${head}  a: { type: no-op, after: [start] }
  b: { type: no-op, after: start.main }
  c: { type: merge, after: { main: start, second: [a, b] } }
  flow: { type: no-op, after: c }`);
    expect(diagnostics.filter((one) => one.severity === 'error' && one.code === 'unknown-node')).toEqual([]);
    expect(plan?.root.steps.map((step) => step.id) ?? []).not.toContain('flow');
  });
});
