/** Owns the limits that tests of effects give their nodes. */
import { resolveLimits, type LimitName } from '@rondo/core/model/limits.ts';

/** `ports.limit` with its defaults, some of them changed. */
export function testLimits(changed: Partial<Record<LimitName, number>> = {}): (name: string) => number {
  const limits = resolveLimits(changed);
  return (name) => limits[name as LimitName];
}
