/** Owns one call of the Wait node: first it asks to be called later, then it passes its items on. */
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { millisOf } from '../kit/dates.ts';
import { wrongParameter } from '../kit/read.ts';

const UNITS: Record<string, number> = {
  milliseconds: 1,
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
};

/** Moment until which to wait, in ms since 1970. */
function momentOf(call: EffectCall): number {
  const { amount, unit, until } = call.params;
  if (until !== undefined && until !== null && until !== '') {
    return millisOf(until) ?? wrongParameter('until', 'a date such as 2030-01-31T09:00:00Z', until);
  }
  if (typeof amount !== 'number') return wrongParameter('amount', 'a number, or until a date', amount);
  return call.ports.clock.now() + amount * (UNITS[String(unit ?? 'seconds')] ?? 1_000);
}

export async function run(call: EffectCall): Promise<EffectResult> {
  // The carry says that the time has come: what an expression gives now is of no interest.
  if (call.carry !== undefined) return { items: call.items };
  const waitUntil = Math.round(momentOf(call));
  if (waitUntil <= call.ports.clock.now()) return { items: call.items };
  return { waitUntil, carry: { until: waitUntil } };
}
