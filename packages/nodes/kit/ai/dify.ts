/**
 * Owns what the items of AI nodes hold with `answer: dify`: the outputs that the nodes of Dify have, for files that
 * were converted from there. Does not ask models.
 */
import type { KnowledgeHit, Usage } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { ParameterSpec } from '@rondo/core/model/node-type.ts';
import { put, type JsonObject } from '../paths.ts';
import type { Said } from './model.ts';

/** The parameter of nodes that have no other forms of an answer. */
export const ANSWER_FORM: ParameterSpec = {
  type: 'string',
  description: 'What the item holds. facts: as described here · dify: the outputs of the same node of Dify.',
  default: 'facts',
  enum: ['facts', 'dify'],
};

export function usageInDify({ tokensIn, tokensOut, cost }: Usage): JsonObject {
  return {
    prompt_tokens: tokensIn,
    completion_tokens: tokensOut,
    total_tokens: tokensIn + tokensOut,
    total_price: String(cost),
    currency: 'USD',
  };
}

const THINKING = /<think[^>]*>([\s\S]*?)<\/think>/gi;

/** Outputs of an LLM. Thoughts stay in the text, unless they are wanted apart. */
export function llmInDify(said: Said, used: Usage, structured: Json | undefined, apart: boolean): JsonObject {
  const thoughts = [...said.text.matchAll(THINKING)].map((found) => (found[1] ?? '').trim());
  return {
    text: apart ? said.text.replace(THINKING, '').trim() : said.text,
    reasoning_content: said.reasoning === '' && apart ? thoughts.join('\n') : said.reasoning,
    usage: usageInDify(used),
    finish_reason: said.finishReason,
    ...(structured === undefined ? {} : { structured_output: structured }),
    files: [],
  };
}

export function classInDify(found: { id: string; description: string }, used: Usage): JsonObject {
  return { class_name: found.description, class_label: '', class_id: found.id, usage: usageInDify(used) };
}

const EMPTY: Readonly<Record<string, Json>> = { string: '', number: 0, boolean: false, object: {} };

/** Values of an extraction; what is missing has the empty value of its type. */
export function extractionInDify(
  declared: readonly { name: string; type: string }[],
  values: JsonObject,
  reason: string | null,
  used: Usage,
): JsonObject {
  const out: JsonObject = {};
  for (const { name, type } of declared) {
    const value = Object.hasOwn(values, name) ? values[name] : null;
    put(out, name, value ?? (type.startsWith('array') ? [] : (EMPTY[type] ?? '')));
  }
  put(out, '__is_success', reason === null ? 1 : 0);
  put(out, '__reason', reason);
  put(out, '__usage', usageInDify(used));
  return out;
}

/** Chunks as Knowledge Retrieval gives them. */
export function hitsInDify(hits: readonly (KnowledgeHit & { base: string })[]): JsonObject {
  return {
    result: hits.map(({ base, document, title, position, text, score, meta }, i) => ({
      title: title ?? document,
      content: text,
      files: null,
      metadata: {
        _source: 'knowledge',
        position: i + 1,
        dataset_id: base,
        dataset_name: base,
        document_id: document,
        document_name: title ?? document,
        segment_position: position,
        score,
        doc_metadata: meta ?? {},
      },
    })),
  };
}
