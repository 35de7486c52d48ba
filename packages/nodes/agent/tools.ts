/**
 * Owns reading the tools of an agent: what the model is offered, and what has to be right before anything is called.
 * Does not call tools.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import { parseDuration } from '@rondo/core/model/duration.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { checkFor, FIELD_TYPES, isSchema, objectSchema, type Check, type Field } from '../kit/ai/json-schema.ts';
import type { ToolOffer } from '../kit/ai/model.ts';
import { isObject, type JsonObject } from '../kit/paths.ts';
import { readChoice, readObject, readText, wrongParameter } from '../kit/read.ts';

export interface Tool {
  kind: 'workflow' | 'http' | 'code';
  offer: ToolOffer;
  check: Check;
  /** As written: templates are evaluated when the tool is called. */
  raw: JsonObject;
  timeoutMs: number | null;
}

const MOST_TOOLS = 128;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const KINDS = ['workflow', 'http', 'code'] as const;

function fieldsOf(declared: JsonObject, at: string): Field[] {
  return Object.entries(declared).map(([name, raw]) => {
    const spec = typeof raw === 'string' ? { type: raw } : raw;
    if (!isObject(spec)) return wrongParameter(`${at}.${name}`, 'an object such as { type: string }', raw);
    const options = spec['enum'] ?? spec['options'];
    return {
      name,
      type: readChoice(spec, 'type', FIELD_TYPES, 'string'),
      description: readText(spec, 'description', ''),
      required: spec['required'] !== false,
      options: Array.isArray(options) ? options : [],
    };
  });
}

/** What each kind cannot do without. */
function checkKind(kind: Tool['kind'], raw: JsonObject, at: string): void {
  const needed = { workflow: 'workflow', http: 'url', code: 'source' }[kind];
  const value = raw[needed];
  if (typeof value !== 'string' || value.trim() === '') wrongParameter(`${at}.${needed}`, 'text', value);
  if (kind !== 'http') return;
  const url = raw['url'] as string;
  // The model chooses arguments, never the server.
  if (/^https?:\/\/[^/?#]*(?<!\{)\{(?!\{)[\w-]+\}/i.test(url)) {
    throw new FailureError(
      failure('bad-value', `${at}.url has an argument in the name of the server: ${url}.`, {
        retry: 'no',
        fix: 'Arguments may stand in the path and in the query only.',
      }),
    );
  }
}

export async function readTools(value: Json | undefined): Promise<Tool[]> {
  const list = value ?? [];
  if (!Array.isArray(list) || list.length > MOST_TOOLS)
    return wrongParameter('tools', `a list of at most ${MOST_TOOLS} tools`, value);
  const tools: Tool[] = [];
  for (const [i, raw] of list.entries()) {
    const at = `tools[${i}]`;
    if (!isObject(raw)) return wrongParameter(at, 'an object', raw);
    const kind = readChoice(raw, 'type', KINDS);
    const name = readText(raw, 'name');
    if (!NAME.test(name) || tools.some((tool) => tool.offer.name === name)) {
      return wrongParameter(`${at}.name`, 'a name of its own, in letters, digits, _ and -', name);
    }
    checkKind(kind, raw, at);
    const declared = readObject(raw, 'parameters', {});
    const schema = isSchema(declared) ? declared : objectSchema(fieldsOf(declared, `${at}.parameters`));
    const { timeout } = raw;
    const timeoutMs = timeout === undefined || timeout === null ? null : parseDuration(timeout);
    tools.push({
      kind,
      offer: { name, description: readText(raw, 'description'), schema },
      check: await checkFor(schema, `${at}.parameters`),
      raw,
      timeoutMs: timeoutMs === 0 ? null : timeoutMs,
    });
  }
  return tools;
}
