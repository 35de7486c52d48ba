import { afterAll, describe, expect, it } from 'vitest';
import { closeForeign, runForeign } from './run-foreign.ts';

afterAll(closeForeign);

const node = (name: string, type: string, parameters: object = {}, typeVersion = 1): object => ({
  name,
  type: `n8n-nodes-base.${type}`,
  typeVersion,
  position: [0, 0],
  parameters,
});
const workflow = (...nodes: { name?: string }[]): string =>
  JSON.stringify({
    nodes,
    connections: Object.fromEntries(
      nodes.slice(1).map((one, i) => [nodes[i]?.name, { main: [[{ node: one.name, type: 'main', index: 0 }]] }]),
    ),
  });
const start = node('Go', 'manualTrigger');
const set = (value: string): object =>
  node('Set', 'set', { assignments: { assignments: [{ id: '1', name: 'x', type: 'string', value }] } }, 3.4);

describe('running a foreign file', () => {
  it('gives output, nodes and what happened, of several at once', async () => {
    const runs = await Promise.all(
      [1, 2, 3].map((n) => runForeign(workflow(start, set('=n is {{ $json.n }}')), { input: { n } })),
    );
    expect(runs.map((run) => [run.status, run.output])).toEqual([
      ['completed', [{ x: 'n is 1' }]],
      ['completed', [{ x: 'n is 2' }]],
      ['completed', [{ x: 'n is 3' }]],
    ]);
    expect(runs[0]?.nodes).toEqual({ Go: [[[{ n: 1 }]]], Set: [[[{ x: 'n is 1' }]]] });
    expect(runs[0]?.events.map((event) => event.type)).toContain('step-completed');
  });

  it('tells what is not supported from what is invalid and from what fails', async () => {
    const unsupported = await runForeign(workflow(start, node('No', 'frobnicate')));
    expect(unsupported).toMatchObject({ status: 'unsupported', output: null, definition: null });
    expect((await runForeign('{"nodes": [7], "connections": {}}')).status).toBe('invalid');
    const failed = await runForeign(workflow(start, node('Stop', 'stopAndError', { errorMessage: 'enough' })));
    expect(failed).toMatchObject({ status: 'failed', error: { message: 'enough' } });
    await expect(runForeign('{"hello": 1}')).rejects.toThrow('no product');
  });

  it('takes sub-workflows as texts', async () => {
    const callee = JSON.stringify({
      ...JSON.parse(workflow(node('In', 'executeWorkflowTrigger'), set('called'))),
      id: 'c1',
    });
    const call = node('Call', 'executeWorkflow', { workflowId: { __rl: true, mode: 'id', value: 'c1' } }, 1.2);
    const done = await runForeign(workflow(start, call), { workflows: { 'callee.json': callee } });
    expect(done).toMatchObject({ status: 'completed', output: [{ x: 'called' }] });
  });

  it('ends what takes too long', async () => {
    const wait = node('Wait', 'wait', { amount: 60, unit: 'seconds' }, 1.1);
    const late = await runForeign(workflow(start, wait), { timeoutMs: 300 });
    expect(late.status).toBe('timeout');
  });
});
