/** Owns one call of the Wait node: first it asks to be called later, then it passes its items on. */
import { parseDuration } from '@rondo/core/model/duration.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { millisOf } from '../kit/dates.ts';
import { keptFields, withJson } from '../kit/items.ts';
import { isObject, putPath } from '../kit/paths.ts';
import { readText, wrongParameter } from '../kit/read.ts';

/** Moment until which to wait, in ms since 1970; undefined when no time was given. */
function momentOf(call: EffectCall): number | undefined {
  const { for: duration, until } = call.params;
  if (until !== undefined && until !== null && until !== '') {
    return Math.round(millisOf(until) ?? wrongParameter('until', 'a date such as 2030-01-31T09:00:00Z', until));
  }
  if (duration === undefined || duration === null || duration === '') return undefined;
  const ms = typeof duration === 'string' || typeof duration === 'number' ? parseDuration(duration) : null;
  return call.ports.clock.now() + (ms ?? wrongParameter('for', 'a duration such as 30s', duration));
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const signal = call.params['signal'];
  if (signal !== undefined && signal !== null && signal !== '') return forSignal(call);
  // The carry says that the time has come: what an expression gives now is of no interest.
  if (call.carry !== undefined) return { items: call.items };
  const waitUntil = momentOf(call) ?? wrongParameter('for', 'a duration, or until a date, or signal a name', null);
  if (waitUntil <= call.ports.clock.now()) return { items: call.items };
  return { waitUntil, carry: { until: waitUntil } };
}

async function forSignal(call: EffectCall): Promise<EffectResult> {
  const name = readText(call.params, 'signal');
  const field = readText(call.params, 'field', 'signal');
  const known = call.carry as { until: number | null } | undefined;
  const until = known === undefined ? (momentOf(call) ?? null) : known.until;
  const late = until !== null && until <= call.ports.clock.now();
  if (call.received === undefined && !late) {
    if (known === undefined) {
      const { token, url } = await call.ports.signal(name);
      call.ports.log(`waits for the signal ${name}: ${url ?? `token ${token}`}`);
    }
    return { waitFor: name, ...(until === null ? {} : { waitUntil: until }), carry: { until } };
  }
  return {
    items: call.items.map((item) => {
      // A value that is no object is kept beside what is added.
      const json = isObject(item.json) ? keptFields(item.json, 'all', []) : { value: item.json };
      putPath(json, field, call.received ?? null);
      return withJson(item, json);
    }),
  };
}
