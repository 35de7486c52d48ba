/**
 * Owns one call of the Approval node: asks once, waits for the decision, sends the items where it
 * says. The page that people see is the server's.
 */
import { parseDuration } from '@rondo/core/model/duration.ts';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { isObject, putPath } from '../kit/paths.ts';
import { keptFields, withJson } from '../kit/items.ts';
import { readText, wrongParameter } from '../kit/read.ts';

const SIGNAL = 'approval';
/** Where the server finds what a token asks. */
const QUESTIONS = 'approvals';

interface Carry {
  until: number | null;
  token: string;
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const carry = (call.carry as unknown as Carry | undefined) ?? (await ask(call));
  const { received } = call;
  if (received !== undefined) {
    const { approved, comment } = decisionOf(received);
    const at = new Date(call.ports.clock.now()).toISOString();
    const decided = decide(call, { approved, comment, at });
    await call.ports.state.set(QUESTIONS, carry.token, undefined);
    return { ports: approved ? [decided, [], []] : [[], decided, []] };
  }
  if (carry.until !== null && carry.until <= call.ports.clock.now()) {
    await call.ports.state.set(QUESTIONS, carry.token, undefined);
    return { ports: [[], [], decide(call, null)] };
  }
  return {
    waitFor: SIGNAL,
    ...(carry.until === null ? {} : { waitUntil: carry.until }),
    carry: { until: carry.until, token: carry.token },
  };
}

async function ask(call: EffectCall): Promise<Carry> {
  const message = readText(call.params, 'message');
  const { expires } = call.params;
  const given = typeof expires === 'string' || typeof expires === 'number';
  const ms = given ? (parseDuration(expires) ?? wrongParameter('expires', 'a duration such as 2d', expires)) : null;
  const { token, url } = await call.ports.signal(SIGNAL);
  const until = ms === null ? null : call.ports.clock.now() + ms;
  await call.ports.state.set(QUESTIONS, token, { message, until });
  call.ports.log(`waits for a decision: ${url ?? `token ${token}`}`);
  await notify(call, message, url);
  return { until, token };
}

async function notify(call: EffectCall, message: string, url: string | null): Promise<void> {
  const { notify: target } = call.params;
  if (!isObject(target) || typeof target['url'] !== 'string') return;
  if (url === null) {
    throw new FailureError(
      failure('node-failed', 'notify needs the address of a server that takes the decision; this run has none.', {
        retry: 'no',
        fix: 'Run it under rondo serve, or leave notify out.',
      }),
    );
  }
  const field = typeof target['field'] === 'string' ? target['field'] : 'text';
  const answer = await call.ports.fetch(target['url'], {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': call.idempotencyKey },
    body: JSON.stringify({ [field]: `${message}\n${url}`, message, url }),
    signal: call.signal,
  });
  if (answer.status < 200 || answer.status > 299) {
    throw new FailureError(
      failure('http-status', `notify: ${new URL(target['url']).host} answered ${answer.status}.`, { retry: 'yes' }),
    );
  }
}

function decisionOf(received: Json): { approved: boolean; comment: string } {
  const value = isObject(received) ? received : { approved: received };
  const { approved, comment } = value as { approved?: Json; comment?: Json };
  return { approved: approved === true, comment: typeof comment === 'string' ? comment : '' };
}

function decide(call: EffectCall, decision: Json): Item[] {
  const field = readText(call.params, 'field', 'approval');
  return call.items.map((item) => {
    // A value that is no object is kept beside what is added.
    const json = isObject(item.json) ? keptFields(item.json, 'all', []) : { value: item.json };
    putPath(json, field, decision);
    return withJson(item, json);
  });
}
