/**
 * Owns short ways to draw n8n workflows in tests of the linter, and to ask what is said of them.
 */
import { expect } from 'vitest';
import { registry } from '@rondo/nodes/registry.ts';
import { convert } from '../convert/convert.ts';
import type { Json } from '../model/item.ts';
import { checkDefinition } from './check.ts';

type Row = Record<string, Json>;

export const N = (name: string, type: string, typeVersion: number, parameters: Row = {}, more: Row = {}): Row => ({
  id: name,
  name,
  type: type.includes('.') ? type : `n8n-nodes-base.${type}`,
  typeVersion,
  position: [0, 0],
  parameters,
  ...more,
});

/** Wires as `From>To` or `From:output>To:input`; without them one node after the other. */
export function W(nodes: Row[], wires?: string[], attached: [from: string, kind: string, to: string][] = []): string {
  const all = [N('T', 'manualTrigger', 1), ...nodes].map((node, i) => ({ ...node, position: [i * 200, 0] }) as Row);
  const names = all.map((node) => String(node.name));
  const connections: Record<string, Record<string, Row[][]>> = {};
  for (const wire of wires ?? names.slice(1).map((name, i) => `${names[i]}>${name}`)) {
    const [[from = '', output = '0'] = [], [to = '', input = '0'] = []] = wire.split('>').map((end) => end.split(':'));
    const main = ((connections[from] ??= {}).main ??= []);
    while (main.length <= Number(output)) main.push([]);
    main[Number(output)]?.push({ node: to, type: 'main', index: Number(input) });
  }
  for (const [from, kind, to] of attached) (connections[from] ??= {})[kind] = [[{ node: to, type: kind, index: 0 }]];
  return JSON.stringify({ name: 'W', nodes: all, connections, settings: { executionOrder: 'v1' } });
}

export const http = (name: string, p: Row = {}, extra: Row = {}): Row =>
  N(name, 'httpRequest', 4.2, { url: 'https://api.example.com/x', options: {}, ...p }, extra);
export const set = (name: string, o: Record<string, string>, extra: Row = {}, more: Row = {}): Row =>
  N(
    name,
    'set',
    3.4,
    {
      assignments: { assignments: Object.entries(o).map(([k, v]) => ({ id: k, name: k, type: 'string', value: v })) },
      options: {},
      ...more,
    },
    extra,
  );
export const split = (name = 'Split', f = 'rows'): Row => N(name, 'splitOut', 1, { fieldToSplitOut: f, options: {} });
export const loop = (name = 'Loop', p: Row = {}): Row => N(name, 'splitInBatches', 3, { options: {}, ...p });
export const slack = (text: string, extra: Row = {}): Row =>
  N(
    'Slack',
    'slack',
    2.2,
    { select: 'channel', channelId: { __rl: true, value: 'C1', mode: 'id' }, text, otherOptions: {} },
    { credentials: { slackApi: { id: '1', name: 's' } }, ...extra },
  );
export const mail = (name: string, p: Row, extra: Row = {}): Row =>
  N(
    name,
    'emailSend',
    2.1,
    { fromEmail: 'a@b.c', toEmail: 'x@y.z', subject: 's', emailFormat: 'text', text: 't', options: {}, ...p },
    { credentials: { smtp: { id: '1', name: 's' } }, ...extra },
  );
export const code = (name: string, jsCode: string, p: Row = {}, extra: Row = {}): Row =>
  N(name, 'code', 2, { jsCode, ...p }, extra);
export const iff = (name: string, l: string, type = 'boolean', op = 'true', r: Json = ''): Row =>
  N(name, 'if', 2.2, {
    conditions: {
      options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
      combinator: 'and',
      conditions: [{ id: '1', leftValue: l, rightValue: r, operator: { type, operation: op, singleValue: r === '' } }],
    },
    options: {},
  });
export const conditionsOf = (left: string, right: string): Json =>
  (iff('x', left, 'string', 'equals', right).parameters as Row).conditions as Json;
export const wait = (name = 'Wait'): Row => N(name, 'wait', 1.1, { amount: 2, unit: 'seconds' });
export const hook = N('Hook', 'webhook', 2, {
  path: 'h',
  httpMethod: 'POST',
  responseMode: 'responseNode',
  options: {},
});
export const resp = (name: string, p: Row = {}): Row => N(name, 'respondToWebhook', 1.1, { options: {}, ...p });
export const agg = (name = 'Agg'): Row => N(name, 'aggregate', 1, { aggregate: 'aggregateAllItemData', options: {} });
export const sub = (name: string, p: Row = {}): Row =>
  N(name, 'executeWorkflow', 1.2, { workflowId: { __rl: true, value: 'w2', mode: 'id' }, options: {}, ...p });

/** What differs from n8n at all is the converter's to say; here only loops matter. */
export function check(text: string): string[] {
  const { definition, diagnostics } = convert(text, 'n8n', { strict: false, file: 'w.json' });
  expect(diagnostics.filter((one) => one.severity === 'error')).toEqual([]);
  if (definition === null) throw new Error('not converted');
  return [...diagnostics, ...checkDefinition(definition, registry)]
    .filter((one) => one.severity === 'warning' || one.code === 'constant-after-fan-out')
    .filter((one) => one.code !== 'differs' || /loop/i.test(one.message))
    .map(({ code, node }) => `${code} ${node}`);
}
