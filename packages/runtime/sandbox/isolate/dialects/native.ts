/** Owns native expressions and code where they run: an error fails the unit, dates in text are ISO text. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Code } from '@rondo/core/model/plan.ts';
import { messageOf, toData } from '../data.ts';
import { hasFunction, isOfPlatform } from '../library.ts';
import { Scope, SCOPE_MEMBERS } from '../scope.ts';
import { bind, type Evaluate, type Place } from '../templates.ts';
import type { CodeRules, IsolateDialect, Names } from './dialect.ts';

const identifier = /^[$\w]+$/;

/** Names of the members of a scope, of the library, and what the request gave; in code also of the platform. */
export function namesOf(members: ReadonlySet<string>, isCode = false): Names {
  const isKnown = (name: string): boolean => hasFunction(name) || (isCode && isOfPlatform(name));
  return {
    passed: (names) =>
      [...new Set(names)].filter(
        (name) =>
          identifier.test(name) && name !== '$fn' && (members.has(name) || isKnown(name) || !(name in globalThis)),
      ),
    source(name) {
      if (members.has(name)) return `s.${name}`;
      if (isKnown(name)) return `library(${JSON.stringify(name)})`;
      return `s.extra(${JSON.stringify(name)})`;
    },
    knows: (name) => members.has(name) || isKnown(name),
  };
}

export function nativeFailure(place: Place, source: string, error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const where = place.node === null ? place.parameter : `Node ${place.node}, parameter ${place.parameter}`;
  return new FailureError(
    failure('expression-failed', `${where}: {{ ${source} }} failed: ${messageOf(error)}`, {
      ...(place.node === null ? {} : { node: place.node }),
      data: { parameter: place.parameter, expression: source },
    }),
  );
}

/** The value as it is; what cannot be compiled throws when it is evaluated. */
function run(part: Code, place: Place): Evaluate<unknown> {
  try {
    return bind(part, names);
  } catch (error) {
    const broken = nativeFailure(place, part.source, error);
    return () => {
      throw broken;
    };
  }
}

function expression(part: Code, place: Place): Evaluate {
  const evaluate = run(part, place);
  return (scope) => {
    try {
      const value = evaluate(scope);
      return typeof value === 'string' ? value : toData(value);
    } catch (error) {
      throw nativeFailure(place, part.source, error);
    }
  };
}

/** A value inside text: nothing for null and undefined, ISO text for dates, else JavaScript's own text. */
function inText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (typeof value === 'function' || typeof value === 'symbol') toData(value);
  return String(value);
}

function text(part: Code, place: Place): Evaluate<string> {
  const evaluate = run(part, place);
  return (scope) => {
    try {
      return inText(evaluate(scope));
    } catch (error) {
      throw nativeFailure(place, part.source, error);
    }
  };
}

const names = namesOf(SCOPE_MEMBERS);

export const nativeCode: CodeRules = {
  names: namesOf(SCOPE_MEMBERS, true),
  strict: true,
  refuses: () => null,
  result: (value) => value,
  failed(error, line) {
    const at = line === null ? '' : ` (line ${line})`;
    const kind = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : '';
    return { message: `${kind}${messageOf(error)}${at}` };
  },
};

export const native: IsolateDialect = {
  names,
  scope: (neighbours, plain) => new Scope(neighbours, plain),
  expression,
  text,
  code: nativeCode,
};
