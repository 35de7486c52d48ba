/** Owns one call of Knowledge Store: one document into its base, or out of it. The engine loops and retries. */
import { FailureError } from '@rondo/core/errors.ts';
import type { KnowledgeChunk, Usage } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { readConnection } from '../kit/ai/connection.ts';
import { embedTexts } from '../kit/ai/model.ts';
import { NOTHING_USED, sum } from '../kit/ai/structured.ts';
import { readInteger, readObject, readText, readTextList, wrongParameter } from '../kit/read.ts';
import { chunksOf, type ChunkSettings } from './chunks.ts';

function readName(call: EffectCall, name: string): string {
  const text = readText(call.params, name).trim();
  return text === '' ? wrongParameter(name, 'a text that is not empty', text) : text;
}

function readChunking(call: EffectCall): ChunkSettings {
  const raw = readObject(call.params, 'chunking', {});
  const size = readInteger(raw, 'size', 20, 100_000, 1000);
  const overlap = readInteger(raw, 'overlap', 0, 50_000, Math.min(100, Math.floor(size / 4)));
  if (overlap >= size) return wrongParameter('chunking.overlap', `less than chunking.size, which is ${size}`, overlap);
  return { size, overlap, separators: readTextList(raw, 'separators', []), markdown: raw['by'] === 'markdown' };
}

/** Vectors of all chunks, some with each request. */
async function embedded(
  call: EffectCall,
  texts: readonly string[],
): Promise<{ chunks: KnowledgeChunk[]; used: Usage }> {
  const { connection } = call.params;
  if (connection === undefined || connection === null) {
    return { chunks: texts.map((text) => ({ text, vector: null })), used: NOTHING_USED };
  }
  const model = readConnection(call.params);
  const batch = readInteger(call.params, 'batch', 1, 2048, 64);
  const chunks: KnowledgeChunk[] = [];
  let used = NOTHING_USED;
  for (let at = 0; at < texts.length; at += batch) {
    const part = texts.slice(at, at + batch);
    const made = await embedTexts(call, model, part, { turn: at / batch });
    chunks.push(...part.map((text, i) => ({ text, vector: made.vectors[i] as number[] })));
    used = sum(used, made.used);
  }
  return { chunks, used };
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const base = readName(call, 'base');
  const id = readName(call, 'document');
  if (call.params['operation'] === 'remove') {
    const removed = await call.ports.knowledge.remove(base, id);
    return { items: [{ json: { base, document: id, removed } }] };
  }
  const title = readText(call.params, 'title', id);
  const settings = readChunking(call);
  const texts = chunksOf(readText(call.params, 'text'), settings);
  const most = call.ports.limit('knowledge.chunks');
  if (texts.length > most) {
    const detail = `document "${id}" has ${texts.length} chunks of ${settings.size} characters`;
    throw new FailureError({
      ...limitFailure('knowledge.chunks', most, `knowledge base "${base}"`, detail),
      retry: 'no',
    });
  }
  if (texts.length === 0) call.ports.log(`document "${id}" has no text: nothing of it can be found`);
  const { chunks, used } = await embedded(call, texts);
  const meta: Json = call.params['meta'] ?? null;
  await call.ports.knowledge.put(base, { id, title, meta }, chunks);
  return { items: [{ json: { base, document: id, title, chunks: chunks.length, usage: { ...used } } }] };
}
