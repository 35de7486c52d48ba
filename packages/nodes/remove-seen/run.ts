/**
 * Owns one item of Remove seen items: whether its value was seen before, by the memory behind ports.state.
 * An iteration that is repeated after a crash or a retry answers what it answered before. Memory is limited:
 * values are kept in generations of `history`, of which the last two count.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { millisOf } from '../kit/dates.ts';
import { pass } from '../kit/items.ts';
import { canonical, compareJson } from '../kit/order.ts';
import { getPath, isObject } from '../kit/paths.ts';
import { kindOf, wrongParameter } from '../kit/read.ts';

/** Longer values are remembered by their digest. */
const MOST_KEY = 200;

interface Generation {
  number: number;
  count: number;
}

/** The mark of `greater` and `later`: what earlier runs reached, and what this one did. */
interface Mark {
  run: string;
  since: Json;
  highest: Json;
}

const turns = new Map<string, Promise<unknown>>();

/** One after the other: what is read and then written must not change in between. */
async function inTurn<T>(scope: string, work: () => Promise<T>): Promise<T> {
  const before = turns.get(scope) ?? Promise.resolve();
  const own = before.then(work, work);
  turns.set(scope, own);
  try {
    return await own;
  } finally {
    if (turns.get(scope) === own) turns.delete(scope);
  }
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const item = call.items[0] ?? { json: {} };
  const scope = await scopeOf(call);
  const mode = String(call.params['mode'] ?? 'new');
  const isNew = await inTurn(scope, async () => {
    call.signal.throwIfAborted();
    if (mode === 'forget') {
      await forget(call, scope);
      return true;
    }
    return mode === 'new' ? isUnseen(call, scope, await keyOf(call, item)) : isBeyond(call, scope, mode);
  });
  return { ports: isNew ? [[pass(item)], []] : [[], [pass(item)]] };
}

/** The name that was given, or this node in this workflow. */
async function scopeOf(call: EffectCall): Promise<string> {
  const given = call.params['scope'];
  if (typeof given === 'string' && given !== '') return `seen/${given}`;
  const workflow = await call.evaluate('{{ $run.workflow }}', {});
  if (typeof workflow !== 'string' || workflow === '') {
    // Without a name two workflows would take each other's items.
    const fix = 'Name the memory with scope, such as scope: orders.';
    throw new FailureError(
      failure('bad-value', 'The workflow has no name to keep its memory under.', { retry: 'no', fix }),
    );
  }
  const [, ...path] = call.idempotencyKey.split('/');
  return `seen/${String(workflow)}/${path.join('/').replace(/\[\d+\]/g, '')}`;
}

async function keyOf(call: EffectCall, item: Item): Promise<string> {
  const { params } = call;
  const fields = (params['fields'] ?? []) as Json[];
  let value: Json = item.json;
  if (params['value'] !== undefined && params['value'] !== null) value = params['value'];
  else if (fields.length > 0) {
    value = fields.map((path, i) => {
      if (typeof path !== 'string') return wrongParameter(`fields[${i}]`, 'a dot path', path);
      return getPath(item.json, path) ?? null;
    });
  } else if (Object.hasOwn(params, 'value')) {
    wrongParameter('value', 'the value to remember', null, 'Filter out items without it, or name fields.');
  }
  const text = canonical(value);
  if (text.length <= MOST_KEY) return text;
  const { createHash } = await import('node:crypto');
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

async function isUnseen(call: EffectCall, scope: string, key: string): Promise<boolean> {
  const { state } = call.ports;
  const owner = call.idempotencyKey;
  const history = Number(call.params['history'] ?? 100_000);
  const stored = (await state.get(scope, 'generation')) as unknown as Generation | undefined;
  let generation = stored ?? { number: 0, count: 0 };
  const earlier = await state.get(`${scope}/${generation.number - 1}`, key);
  if (earlier !== undefined) return earlier === owner;
  const current = `${scope}/${generation.number}`;
  const [added = true] = await state.add(`${current}/keys`, [key], owner);
  if (!added) return false;
  // Beside the set, because membership of an older generation must be asked without adding to it.
  if ((await state.get(current, key)) === undefined) {
    await state.set(current, key, owner);
    generation = { ...generation, count: generation.count + 1 };
    if (generation.count >= history) {
      await state.clear(`${scope}/${generation.number - 1}`);
      await state.clear(`${scope}/${generation.number - 1}/keys`);
      generation = { number: generation.number + 1, count: 0 };
    }
    await state.set(scope, 'generation', generation as unknown as Json);
  }
  return true;
}

async function isBeyond(call: EffectCall, scope: string, mode: string): Promise<boolean> {
  const value = measured(call.params['value'] ?? null, mode);
  const [id = ''] = call.idempotencyKey.split('/');
  const stored = (await call.ports.state.get(scope, mode)) as unknown as Mark | undefined;
  // Against what earlier runs reached: the order of items within a run does not matter.
  const mark: Mark =
    stored === undefined
      ? { run: id, since: null, highest: null }
      : stored.run === id
        ? stored
        : { run: id, since: stored.highest, highest: stored.highest };
  if (mark.since !== null && typeof mark.since !== typeof value) {
    const message = `value is ${kindOf(value)}, but ${kindOf(mark.since)} was remembered.`;
    const fix = 'Give values of one type, or forget what was remembered (mode: forget).';
    throw new FailureError(failure('wrong-type', message, { retry: 'no', fix }));
  }
  if (mark.highest === null || compareJson(value, mark.highest) > 0) mark.highest = value;
  await call.ports.state.set(scope, mode, mark as unknown as Json);
  return mark.since === null || compareJson(value, mark.since) > 0;
}

/** Numbers and texts for `greater`; moments, as milliseconds, for `later`. */
function measured(value: Json, mode: string): number | string {
  if (mode === 'later') return millisOf(value) ?? wrongParameter('value', 'a date', value);
  if (typeof value === 'number' || typeof value === 'string') return value;
  return wrongParameter('value', 'a number or text', value);
}

async function forget(call: EffectCall, scope: string): Promise<void> {
  const { state } = call.ports;
  const generation = await state.get(scope, 'generation');
  const number = isObject(generation) ? Number(generation['number']) : 0;
  for (const n of [number - 1, number]) {
    await state.clear(`${scope}/${n}`);
    await state.clear(`${scope}/${n}/keys`);
  }
  await state.clear(scope);
}
