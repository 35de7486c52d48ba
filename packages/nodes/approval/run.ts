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

/** The first is called so; further ones have their number. */
const SIGNAL = 'approval';
/** Where the server finds what a token asks. */
const QUESTIONS = 'approvals';

interface Carry {
  until: number | null;
  token: string;
  /** Approvals so far. */
  given?: Decision[];
}

/** What one person decided. */
interface Decision {
  approved: boolean;
  comment: string;
  /** What they brought beside that. */
  resume: Json;
  by: string;
}

const signalName = ({ given = [] }: Carry): string => (given.length === 0 ? SIGNAL : `${SIGNAL} ${given.length + 1}`);

export async function run(call: EffectCall): Promise<EffectResult> {
  const carry = (call.carry as unknown as Carry | undefined) ?? (await ask(call, { until: limitOf(call), token: '' }));
  const { received } = call;
  if (received !== undefined) {
    await call.ports.state.set(QUESTIONS, carry.token, undefined);
    return settled(call, carry, decisionOf(received));
  }
  if (carry.until !== null && carry.until <= call.ports.clock.now()) {
    await call.ports.state.set(QUESTIONS, carry.token, undefined);
    return { ports: [[], [], given(call, carry, null)] };
  }
  return waiting(carry);
}

const waiting = (carry: Carry): EffectResult => ({
  waitFor: signalName(carry),
  ...(carry.until === null ? {} : { waitUntil: carry.until }),
  carry: carry as unknown as Json,
});

async function settled(call: EffectCall, carry: Carry, decision: Decision): Promise<EffectResult> {
  if (!decision.approved) return { ports: [[], given(call, carry, decision), []] };
  const approvals = [...(carry.given ?? []), decision];
  const wanted = call.params['decisions'];
  if (typeof wanted === 'number' && approvals.length < wanted) {
    return waiting(await ask(call, { ...carry, given: approvals }));
  }
  return { ports: [given(call, carry, decision), [], []] };
}

/** The items as they leave. */
function given(call: EffectCall, carry: Carry, decision: Decision | null): Item[] {
  if (call.params['give'] !== 'decision') {
    const at = new Date(call.ports.clock.now()).toISOString();
    return decide(call, decision === null ? null : { approved: decision.approved, comment: decision.comment, at });
  }
  const all = [...(carry.given ?? []), ...(decision === null ? [] : [decision])];
  const json = {
    approved: decision?.approved ?? null,
    resume: all.at(-1)?.resume ?? null,
    resumes: all.map((one) => one.resume),
    approvers: all.map((one) => one.by),
    approver: decision?.by ?? null,
  };
  return call.items.map((item) => withJson(item, json));
}

function limitOf(call: EffectCall): number | null {
  const { expires } = call.params;
  const said = typeof expires === 'string' || typeof expires === 'number';
  const ms = said ? (parseDuration(expires) ?? wrongParameter('expires', 'a duration such as 2d', expires)) : null;
  return ms === null ? null : call.ports.clock.now() + ms;
}

async function ask(call: EffectCall, carry: Carry): Promise<Carry> {
  const message = readText(call.params, 'message');
  const { until } = carry;
  const { token, url } = await call.ports.signal(signalName(carry));
  await call.ports.state.set(QUESTIONS, token, { message, until });
  call.ports.log(`waits for a decision: ${url ?? `token ${token}`}`);
  await notify(call, message, url);
  return { ...carry, token };
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

/** `{ approved, comment, by, ... }`; what else it holds, or another value, is what the person brings. */
function decisionOf(received: Json): Decision {
  const value = isObject(received) ? received : { approved: received };
  const { approved, comment, by, resume, ...rest } = value as Record<string, Json>;
  return {
    approved: approved === true,
    comment: typeof comment === 'string' ? comment : '',
    resume: resume ?? (Object.keys(rest).length > 0 ? rest : (comment ?? null)),
    by: typeof by === 'string' ? by : 'anonymous',
  };
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
