import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registry } from '@rondo/nodes/registry.ts';
import { describe, expect, it } from 'vitest';
import { readWorkflow, type Workflow } from './workflow.ts';

const node = (name: string, type: string, parameters: object = {}, more: object = {}): object => ({
  name,
  type: `n8n-nodes-base.${type}`,
  typeVersion: 1,
  position: [0, 0],
  parameters,
  ...more,
});
const HOOK = {
  id: 'hook-1',
  name: 'Hook',
  nodes: [node('Webhook', 'webhook', { path: 'orders', httpMethod: 'POST' }, { typeVersion: 2 }), node('Keep', 'noOp')],
  connections: { Webhook: { main: [[{ node: 'Keep', type: 'main', index: 0 }]] } },
};

const read = (value: unknown, name = 'hook.json'): Workflow =>
  readWorkflow(JSON.stringify(value, null, 1), join(tmpdir(), name), name, registry);

describe('workflows of other products in the folder', () => {
  it('have their id, their triggers, and a native text that is run', () => {
    const workflow = read(HOOK);
    expect(workflow.diagnostics.filter((one) => one.severity === 'error')).toEqual([]);
    expect(workflow).toMatchObject({ id: 'hook-1', key: 'hook-1', name: 'Hook', file: join(tmpdir(), 'hook.json') });
    expect(workflow.triggers).toMatchObject([{ kind: 'webhook', node: 'Webhook' }]);
    expect(workflow.text).toMatch(/^rondo: 1\nid: hook-1\n/);
  });

  it('run all their nodes: what is pinned is for trying out', () => {
    expect(read({ ...HOOK, pinData: { Keep: [{ json: { a: 1 } }] } }).text).not.toContain('pin:');
    const unsupported = { ...HOOK, nodes: [HOOK.nodes[0], node('Keep', 'frobnicate')] };
    const pinned = read({ ...unsupported, pinData: { Keep: [{ json: { a: 1 } }] } });
    expect([pinned.definition, pinned.triggers]).toEqual([null, []]);
  });

  it('are kept with what stands in the way, at its place', () => {
    const workflow = read({ ...HOOK, nodes: [HOOK.nodes[0], node('Keep', 'frobnicate')] });
    expect(workflow).toMatchObject({ definition: null, plan: null, triggers: [], name: 'hook.json' });
    expect(workflow.diagnostics).toMatchObject([{ code: 'not-supported', node: 'Keep', line: 18 }]);
  });
});
