/** Owns noticing that the pages of an API do not move on. Does not ask for pages. */
import { createHash } from 'node:crypto';
import type { FailureError } from '@rondo/core/errors.ts';
import type { EgressResponse } from '@rondo/core/model/effect-ports.ts';
import { wrong } from './answers.ts';

/** An API that answers the same so often is not moving. */
const IDENTICAL_ANSWERS = 5;

/** Kept between pages. */
export interface Repeats {
  /** Fingerprint of the last answer. */
  seen?: string;
  /** How often it came in a row. */
  same?: number;
}

export function notMoving(reason: string): FailureError {
  return wrong(`pagination does not move: ${reason}`);
}

function fingerprint(answer: EgressResponse): string {
  return `${answer.status}:${answer.body.byteLength}:${createHash('sha1').update(answer.body).digest('base64')}`;
}

/** Counts this answer. Throws FailureError node-failed when it came too often in a row. */
export function repeats(answer: EgressResponse, before: Repeats): Required<Repeats> {
  const seen = fingerprint(answer);
  const same = before.seen === seen ? (before.same ?? 1) + 1 : 1;
  if (same >= IDENTICAL_ANSWERS) {
    throw notMoving(`${same} identical answers in a row; check the parameters of pagination`);
  }
  return { seen, same };
}
