/**
 * Owns the names that expressions of converted Dify files see: the native ones, `$('id').outputs`, and the functions
 * of core/dify. Numbers keep their point: 3.0 is no 3, except in JavaScript of users.
 */
import { DIFY_FUNCTIONS } from '@rondo/core/dify/functions.ts';
import { parsePointed, withoutPoints } from '@rondo/core/dify/numbers.ts';
import type { Code } from '@rondo/core/model/plan.ts';
import { messageOf, toData } from '../data.ts';
import { Scope, SCOPE_MEMBERS } from '../scope.ts';
import { bind, type Evaluate, type Place } from '../templates.ts';
import type { IsolateDialect } from './dialect.ts';
import { namesOf, nativeCode, nativeFailure } from './native.ts';

class DifyScope extends Scope {
  /** Of functions that are called as such. */
  readonly $this = undefined;
}

for (const [name, value] of Object.entries(DIFY_FUNCTIONS)) {
  Object.defineProperty(DifyScope.prototype, name, { value: Object.freeze(value) });
}

const MEMBERS = new Set([...SCOPE_MEMBERS, ...Object.keys(DIFY_FUNCTIONS)]);
const names = namesOf(MEMBERS);

function compile<T>(part: Code, place: Place, give: (value: unknown) => T): Evaluate<T> {
  let run: Evaluate<unknown>;
  try {
    run = bind(part, names);
  } catch (error) {
    const broken = nativeFailure(place, part.source, error);
    return () => {
      throw broken;
    };
  }
  return (scope) => {
    try {
      return give(run(scope));
    } catch (error) {
      throw nativeFailure(place, part.source, error);
    }
  };
}

export const dify: IsolateDialect = {
  names,
  scope: (neighbours, plain) => new DifyScope(neighbours, plain),
  expression: (part, place) => compile(part, place, (value) => (typeof value === 'string' ? value : toData(value))),
  text: (part, place) => compile(part, place, (value) => (value === null || value === undefined ? '' : String(value))),
  code: {
    ...nativeCode,
    names: namesOf(MEMBERS, true),
    strict: false,
    given: withoutPoints,
    failed: (error) => ({ message: error instanceof Error ? `${error.name}: ${messageOf(error)}` : messageOf(error) }),
  },
  parse: parsePointed,
};
