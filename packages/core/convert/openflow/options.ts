/**
 * Owns what a module says beside its kind: trying again, time limits, going on after an error, ending early,
 * skipping, sleeping, waiting for approval. Does not know kinds.
 */
import { jsonText } from '../json-text.ts';
import type { LoopSettings, NodeDefinition, RetrySettings } from '../../model/definition.ts';
import { isObject } from '../../model/shape.ts';
import { constantOf, literal, template, type Seen } from './expression.ts';
import { seenAt, type Flow, type Level } from './flow.ts';
import type { Place } from './module.ts';

/** Longest wait between two attempts, as in Windmill. */
const LONGEST_DELAY_MS = 6 * 60 * 60 * 1000;
const MOST_ATTEMPTS = 100;

/** What the loop section of the step says. Empty: nothing is special about it. */
export function loopOf(module: Place, seen: Seen): LoopSettings {
  const retry = retryOf(module, seen);
  const timeout = timeoutOf(module);
  return {
    ...(retry === null ? {} : { retry }),
    ...(timeout === null ? {} : { timeout }),
    ...(module.flag('continue_on_error') === true ? { onError: 'item' as const } : {}),
  };
}

function retryOf(module: Place, seen: Seen): RetrySettings | null {
  const retry = module.object('retry');
  if (retry === undefined) return null;
  const delays: number[] = [];
  const constant = retry.object('constant');
  for (let n = constant?.number('attempts') ?? 0; n > 0 && delays.length < MOST_ATTEMPTS; n -= 1) {
    delays.push(1000 * Math.max(0, constant?.number('seconds') ?? 0));
  }
  const exponential = retry.object('exponential');
  const { multiplier = 1, seconds = 1 } = {
    multiplier: exponential?.number('multiplier'),
    seconds: exponential?.number('seconds'),
  };
  for (let n = exponential?.number('attempts') ?? 0; n > 0 && delays.length < MOST_ATTEMPTS; n -= 1) {
    delays.push(Math.min(1000 * multiplier * seconds ** (delays.length + 1), LONGEST_DELAY_MS));
  }
  if (delays.length === 0) return null;
  const when = retry.object('retry_if')?.text('expr');
  const jitter = exponential?.number('random_factor');
  const [first = 0] = delays;
  const same = delays.every((delay) => delay === first);
  return {
    times: delays.length,
    // Windmill does not tell failures apart.
    always: true,
    delay: same ? first : delays,
    ...(same ? { backoff: 1 } : {}),
    maxDelay: LONGEST_DELAY_MS,
    ...(jitter === undefined || jitter <= 0 ? {} : { jitter: Math.min(1, jitter / 100) }),
    ...(when === undefined ? {} : { when: template(when, { ...seen, first: false }) }),
  };
}

function timeoutOf(module: Place): number | null {
  const timeout = module.get('timeout');
  if (timeout === undefined) return null;
  const seconds = constantOf(timeout);
  if (seconds === null) module.differs(`The timeout of ${module.node} is computed; it is not applied.`, 'timeout');
  return seconds === null || seconds <= 0 ? null : 1000 * seconds;
}

/** Asked before the step; true makes it hand its item on. */
export function skipOf(module: Place, seen: Seen): Pick<NodeDefinition, 'skipWhen'> {
  const expr = module.object('skip_if')?.text('expr');
  return expr === undefined ? {} : { skipWhen: template(expr, seen) };
}

/** A result that stands in the place of running the step. */
export function mockOf(module: Place): Pick<NodeDefinition, 'pin'> {
  const mock = module.object('mock');
  if (mock?.flag('enabled') !== true) return {};
  return { pin: [mock.get('return_value') ?? null] };
}

/** Fields that say how Windmill runs a step, and change nothing of what it gives. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  priority: 'there is no queue to be first in',
  cache_ttl: 'results are not cached',
  delete_after_secs: 'runs are kept until they are removed',
  delete_after_use: 'runs are kept until they are removed',
  debouncing: 'runs are not debounced',
};

export function hintsOf(place: Place): void {
  for (const [key, why] of Object.entries(WITHOUT_EFFECT)) {
    const value = place.get(key);
    if (value !== undefined && value !== false) place.changed(`${key} has no effect: ${why}.`, key);
  }
}

/** Adds a node to the level; what follows comes after it. */
export function append(level: Level, id: string, node: NodeDefinition, port?: string): void {
  level.nodes[id] = { ...node, ...(level.last === undefined ? {} : { after: level.last }) };
  level.last = port === undefined ? id : `${id}.${port}`;
  level.first = false;
}

/** What a stop condition ends from here: the nearest sequential loop, else the flow. */
function endOf(level: Level): { what: string; of?: string } {
  for (const around of level.around) {
    if (around.kind === 'loop') return { what: around.parallel ? 'iteration' : 'loop', of: around.id };
    if (around.kind === 'branchall' && around.parallel) return { what: 'iteration', of: around.id };
  }
  return { what: 'run' };
}

/** `stop_after_if`, and `stop_after_all_iters_if` of what gives a list. */
export function appendStop(
  flow: Flow,
  level: Level,
  module: Place,
  key: string,
  skip: NodeDefinition['skipWhen'],
): void {
  const stop = module.object(key);
  if (stop === undefined) return;
  const expr = stop.text('expr');
  if (expr === undefined) return stop.missing('expr', `when ${key} of ${module.node} holds`);
  if (/\ball_iters\b/.test(expr)) stop.unsupported(`${key} of ${module.node} reads all_iters.`, 'expr');
  const when = template(expr, { ...seenAt(level), first: false });
  const skipWhen = skip === undefined ? {} : { skipWhen: skip };
  const message = stop.text('error_message');
  const id = flow.free(`${module.node}: stop`);
  const all = key === 'stop_after_all_iters_if';
  if ((message === undefined || stop.flag('skip_if_stopped') === true) && !all) {
    return append(level, id, { type: 'end', ...skipWhen, with: { when, ...endOf(level) } });
  }
  const before = level.last;
  append(
    level,
    id,
    { type: 'if', ...skipWhen, with: { when }, ...(all ? { loop: { onError: 'port' } } : {}) },
    'false',
  );
  if (all) {
    const text = `Error evaluating ${key} expression: ${expr}: {{ $json.error.message }}`;
    level.nodes[flow.free(`${module.node}: broken stop`)] = earlyStop(
      `${id}.error`,
      text.replace(expr, () => jsonText(literal(expr))),
      {},
    );
  }
  const stopped = flow.free(`${module.node}: stopped`);
  if (message === undefined || stop.flag('skip_if_stopped') === true) {
    level.nodes[stopped] = { type: 'end', after: `${id}.true`, with: endOf(level) };
  } else {
    const text = message === '' ? 'Flow stopped early' : jsonText(literal(message));
    const result = stop.flag('error_include_result') === true ? { result: '{{ $json }}' } : {};
    level.nodes[stopped] = earlyStop(`${id}.true`, text, result);
  }
  if (before === undefined) level.first = false;
}

const earlyStop = (after: string, message: string, more: Record<string, string>): NodeDefinition => ({
  type: 'stop-and-error',
  after,
  with: { message, data: { error: { name: 'EarlyStopError', message, ...more } } },
});

/** Asked before the first step; true ends the flow with words of Windmill. */
export function appendSkip(flow: Flow, level: Level, expr: string): void {
  const asked = flow.free('skip');
  append(level, asked, { type: 'if', with: { when: template(expr, seenAt(level)) } }, 'false');
  const skipped = flow.free('skipped');
  level.nodes[skipped] = { type: 'no-op', after: `${asked}.true`, pin: ['stopped early'] };
  level.nodes[flow.free('skipped: end')] = { type: 'end', after: skipped, with: { what: 'run' } };
}

/** It delays what comes after the step. */
export function appendSleep(flow: Flow, level: Level, module: Place): void {
  const sleep = module.get('sleep');
  if (sleep === undefined) return;
  const seconds = constantOf(sleep);
  const expr = isObject(sleep) && typeof sleep.expr === 'string' ? sleep.expr : null;
  if (seconds === null && expr === null)
    return module.report('bad-value', `sleep of ${module.node} is no time.`, 'sleep');
  const wait =
    seconds === null ? template(`1000 * (\n${expr}\n)`, seenAt(level)) : Math.max(0, Math.round(1000 * seconds));
  append(level, flow.free(`${module.node}: sleep`), { type: 'wait', with: { for: wait } });
}
