/** Owns the limits that services know, and throwing when one is reached. Does not define them. */
import { FailureError } from '@rondo/core/errors.ts';
import { limitFailure, type LimitName, type Limits } from '@rondo/core/model/limits.ts';

export type ServiceLimits = Pick<
  Limits,
  | 'state.bytes'
  | 'state.keys'
  | 'knowledge.bytes'
  | 'knowledge.chunks'
  | 'knowledge.bases'
  | 'knowledge.dimensions'
  | 'knowledge.hits'
>;

/** Throws FailureError limit-reached; trying again does not help. */
export function check(name: LimitName, most: number, size: number, where: string, detail = ''): void {
  if (size > most) throw new FailureError({ ...limitFailure(name, most, where, detail), retry: 'no' });
}
