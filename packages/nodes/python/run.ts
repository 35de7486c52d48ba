/** Owns one call of the Python node: what its code is given, and what its result means. Does not run Python. */
import { FailureError } from '@rondo/core/errors.ts';
import type { CodeRequest } from '@rondo/core/model/effect-ports.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { parseDuration } from '@rondo/core/model/duration.ts';
import { checkOutputs, readOutputs, RULES } from '../kit/code/outputs.ts';
import { itemsOf } from '../kit/code/result.ts';
import { readChoice, readObject, readText } from '../kit/read.ts';

const MODES = ['item', 'all', 'main', 'function'] as const;

export async function run(call: EffectCall): Promise<EffectResult> {
  const { params, ports, signal } = call;
  const mode = readChoice(params, 'mode', MODES, 'item');
  // Before the code runs: a mistake in the declaration is not the code's.
  const rules = readChoice(params, 'check', RULES, 'types');
  const declared = mode === 'main' ? readOutputs(params, rules) : null;
  const most = ports.limit('code.ms');
  const request: CodeRequest = {
    language: 'python',
    source: readText(params, 'code'),
    ...given(mode, call),
    timeoutMs: Math.min(parseDuration(params.timeout) ?? most, most),
    signal,
    points: rules === 'dify',
    log: ports.log,
  };
  const { value } = rules === 'dify' ? await ports.code(request).catch(asInDify) : await ports.code(request);
  if (mode === 'function') return { items: [{ json: value }] };
  return { items: mode === 'main' ? [{ json: checkOutputs(value, declared, rules) }] : itemsOf(value) };
}

/** Dify tells an exception without its line. */
function asInDify(error: unknown): never {
  if (!(error instanceof FailureError)) throw error;
  const { data } = error.failure;
  const exception = data?.['exception'];
  if (typeof exception !== 'string') throw error;
  const said = typeof data?.['message'] === 'string' ? data['message'] : '';
  throw new FailureError({ ...error.failure, message: said === '' ? exception : `${exception}: ${said}` });
}

function given(mode: (typeof MODES)[number], call: EffectCall): Pick<CodeRequest, 'style' | 'inputs'> {
  if (mode === 'function') {
    const args = readObject(call.params, 'inputs', {});
    return { style: 'function', inputs: { entry: readText(call.params, 'entry', 'main'), args } };
  }
  if (mode === 'main') return { style: 'main', inputs: readObject(call.params, 'inputs', {}) };
  if (mode === 'all') return { style: 'items', inputs: { items: call.items.map(asInput) } };
  const item = call.items[0] ?? { json: {} };
  return { style: 'item', inputs: { item: asInput(item), index: call.index } };
}

const asInput = ({ json, files }: Item): Json => (files === undefined ? { json } : { json, files: files as never });
