/** Repairs by one edit: which failure of which node leads to which edit, and where there is none. */
import { describe, expect, it } from 'vitest';
import type { Failure } from '../errors.ts';
import type { Definition, LoopSettings, NodeDefinition } from '../model/definition.ts';
import { repaired, repairsOf } from './repairs.ts';

function definitionOf(body: Record<string, NodeDefinition>, loop: LoopSettings = {}): Definition {
  return {
    rondo: 1,
    name: 'Enrich',
    nodes: { start: { type: 'manual' }, each: { type: 'for-each', after: 'start', loop, body } },
  };
}
const failed = (code: string, message: string, more: Partial<Failure> = {}): Failure => ({
  code,
  message,
  node: 'ask',
  ...more,
});
const idsOf = (definition: Definition, failure: Failure): string[] =>
  repairsOf(definition, 'each', failure).map((one) => one.id);
const askOf = (definition: Definition): NodeDefinition | undefined => definition.nodes['each']?.body?.['ask'];

describe('repairs', () => {
  it('gives twice the time, where it is said which time ran out', () => {
    const definition = definitionOf({ ask: { type: 'code', title: 'Ask', loop: { timeout: '30s' } } });
    const [first] = repairsOf(
      definition,
      'each',
      failed('timeout', 'ask took longer than its timeout of 30000 ms.', { node: 'ask' }),
    );
    expect(first?.says).toBe('Give Ask 1m instead of 30s');
    const after = repaired(definition, first ?? { edits: [] });
    expect(askOf(after)?.loop).toEqual({ timeout: '1m' });
    expect(after.nodes['start']).toBe(definition.nodes['start']);
    expect(askOf(definition)?.loop).toEqual({ timeout: '30s' });
    expect(idsOf(definition, failed('timeout', 'took longer than its timeout of 5000 ms.'))).toEqual([]);
  });

  it('knows the time of a request that nobody set, and the time of the loop around', () => {
    const request = definitionOf({ ask: { type: 'http-request', with: { url: 'x' } } }, { timeout: '5s' });
    const late = failed('timeout', 'http://x: no complete answer within 60000 ms (timeout of the node)');
    expect(repairsOf(request, 'each', late)[0]?.edits).toEqual([
      { path: ['nodes', 'each', 'body', 'ask', 'with', 'timeout'], value: '2m' },
    ]);
    const around = failed('timeout', 'each took longer than its timeout of 5000 ms.');
    expect(repairsOf(request, 'each', around)[0]?.edits).toEqual([
      { path: ['nodes', 'each', 'loop', 'timeout'], value: '10s' },
    ]);
  });

  it('tries again after 429 and lowers parallel, by the dial too', () => {
    const definition = definitionOf({ ask: { type: 'llm' } }, { parallel: 64 });
    const refused = failed('http-status', 'answered 429', { data: { status: 429 } });
    const found = repairsOf(definition, 'each', refused);
    expect(found.map(({ id, says }) => [id, says])).toEqual([
      ['retry', 'Try ask again up to 3 times, waiting as long as the server asks'],
      ['parallel', 'Lower parallel of each from 64 to 32'],
    ]);
    expect(found[1]?.dial).toEqual({ parallel: 32 });
    expect(idsOf(definitionOf({ ask: { type: 'llm', loop: { retry: { times: 1 } } } }), refused)).toEqual([]);
  });

  it('does not try a POST again that may have happened', () => {
    const away = failed('http-status', 'answered 503', { data: { status: 503 } });
    const post = definitionOf({ ask: { type: 'http-request', with: { method: 'POST' } } });
    expect(idsOf(post, away)).toEqual([]);
    expect(idsOf(definitionOf({ ask: { type: 'http-request' } }), away)).toEqual(['retry']);
    expect(
      idsOf(definitionOf({ ask: { type: 'http-request' } }), failed('http-status', '404', { data: { status: 404 } })),
    ).toEqual([]);
  });

  it('sets the reply format of the model whose reply the next node cannot read', () => {
    const definition = definitionOf({
      model: { type: 'llm', title: 'Ask model', with: { prompt: 'x' } },
      ask: { type: 'set', after: 'model', with: { fields: { a: '{{ JSON.parse($json.text) }}' } } },
    });
    const unread = failed('expression-failed', `Unexpected token 'S', "Sure! Here"... is not valid JSON`);
    const [first] = repairsOf(definition, 'each', unread);
    expect(first?.says).toBe('Set the reply format of Ask model to JSON');
    const after = repaired(definition, first ?? { edits: [] });
    expect(after.nodes['each']?.body?.['model']?.with).toEqual({ prompt: 'x', schema: { type: 'object' } });
    expect(idsOf(after, unread)).toEqual([]);
    const other = definitionOf({ model: { type: 'code' }, ask: { type: 'set', after: 'model' } });
    expect(idsOf(other, unread)).toEqual([]);
  });

  it('gives the model more tries or tokens for a reply that did not fit', () => {
    const definition = definitionOf({ ask: { type: 'llm', with: { schema: {}, maxTokens: 200 } } });
    const reason = (why: string): Failure => failed('node-failed', 'does not fit', { data: { reason: why } });
    expect(idsOf(definition, reason('schema'))).toEqual(['reply-repairs']);
    expect(repairsOf(definition, 'each', reason('length'))[0]?.says).toContain('400 tokens instead of 200');
    expect(idsOf(definition, reason('content-filter'))).toEqual([]);
  });

  it('raises the limit that was named, up to its cap', () => {
    const definition = definitionOf({ ask: { type: 'code' } });
    const big = failed('limit-reached', 'ask: limit item.bytes reached (JSON text of one item: 1048576 bytes).');
    expect(repairsOf(definition, 'each', big)[0]).toMatchObject({
      says: 'Raise the limit item.bytes to 2 MB',
      edits: [{ path: ['settings', 'limits', 'item.bytes'], value: 2_097_152 }],
    });
    const most = { ...definition, settings: { limits: { 'item.bytes': 16 * 1024 * 1024 } } };
    expect(idsOf(most, big)).toEqual([]);
    expect(idsOf(definition, failed('limit-reached', 'limit constructor.name reached'))).toEqual([]);
  });

  it('has nothing for what only a person can decide, nor for a node that is gone', () => {
    const definition = definitionOf({ ask: { type: 'code' } });
    expect(idsOf(definition, failed('node-failed', 'no'))).toEqual([]);
    expect(idsOf(definition, failed('timeout', 'x', { node: 'gone' }))).toEqual([]);
    expect(idsOf(definition, { code: 'timeout', message: 'x' })).toEqual([]);
  });
});
