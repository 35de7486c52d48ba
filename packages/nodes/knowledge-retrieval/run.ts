/** Owns one call of Knowledge Retrieval: one question to one or more bases. The engine loops and retries. */
import type { KnowledgeHit, Usage } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { readConnection } from '../kit/ai/connection.ts';
import { hitsInDify } from '../kit/ai/dify.ts';
import { textOf } from '../kit/ai/messages.ts';
import { embedTexts } from '../kit/ai/model.ts';
import { NOTHING_USED, sum } from '../kit/ai/structured.ts';
import { readChoice, readFlag, readInteger, wrongParameter } from '../kit/read.ts';
import { reranked } from './rerank.ts';

export interface Hit extends KnowledgeHit {
  base: string;
}

const MODES = ['vector', 'text', 'hybrid'] as const;
const MOST_BASES = 100;

function readBases(call: EffectCall): string[] {
  const raw = call.params['base'] ?? null;
  const list = Array.isArray(raw) ? raw : [raw];
  const texts = list.filter((one): one is string => typeof one === 'string' && one.trim() !== '');
  if (texts.length !== list.length || texts.length === 0 || texts.length > MOST_BASES) {
    return wrongParameter('base', `the name of a knowledge base, or a list of 1 to ${MOST_BASES}`, raw);
  }
  return [...new Set(texts)];
}

const given = (value: Json | undefined): boolean => value !== undefined && value !== null;

function answer(call: EffectCall, query: string, hits: readonly Hit[], used: Usage): EffectResult {
  if (call.params['answer'] === 'dify') return { items: [{ json: hitsInDify(hits) }] };
  if (readFlag(call.params, 'split', false)) return { items: hits.map((hit) => ({ json: { ...hit } })) };
  const context = hits.map((hit) => hit.text).join('\n\n');
  return { items: [{ json: { query, hits: hits.map((hit) => ({ ...hit })), context, usage: { ...used } } }] };
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const { connection, rerank } = call.params;
  const bases = readBases(call);
  const query = given(call.params['query']) ? textOf(call.params['query'] as Json).trim() : '';
  const mode = readChoice(call.params, 'mode', MODES, given(connection) ? 'hybrid' : 'text');
  const most = readInteger(call.params, 'limit', 1, 1000, 4);
  const minScore = typeof call.params['minScore'] === 'number' ? call.params['minScore'] : 0;
  // Read before anything is searched: a mistake in it should cost nothing.
  const judge = given(rerank) ? readConnection(call.params, 'rerank') : null;
  if (query === '') return answer(call, query, [], NOTHING_USED);
  let used = NOTHING_USED;
  let vector: number[] | null = null;
  if (mode !== 'text') {
    const model = readConnection(call.params);
    const made = await embedTexts(call, model, [query]);
    vector = made.vectors[0] as number[];
    used = made.used;
  }
  const wanted = judge === null ? most : Math.max(most, readInteger(call.params, 'candidates', 1, 100, 20));
  const limit = Math.min(wanted, call.ports.limit('knowledge.hits'));
  const found: Hit[] = [];
  for (const base of bases) {
    const hits = await call.ports.knowledge.search(base, { mode, text: query, vector, limit });
    found.push(...hits.map((hit) => ({ base, ...hit })));
  }
  // Best first; equal ones stay in the order of the bases, so that the answer is always the same.
  let hits = found.toSorted((a, b) => b.score - a.score).slice(0, limit);
  if (judge !== null && hits.length > 0) {
    const judged = await reranked(call, judge, query, hits);
    hits = judged.hits;
    used = sum(used, judged.used);
  }
  return answer(call, query, hits.filter((hit) => hit.score >= minScore).slice(0, most), used);
}
