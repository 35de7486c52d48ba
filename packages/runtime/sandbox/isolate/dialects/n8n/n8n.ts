/**
 * Owns expressions and code of n8n files where they run. An ordinary error of the language gives undefined, or empty
 * text inside text; errors of the expressions' own names and functions fail the unit, in n8n's words.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import { N8N_HIDDEN } from '@rondo/core/expression/dialects/n8n-names.ts';
import { FUNCTIONS_BY_TYPE } from '@rondo/core/expression/function-names.ts';
import type { Code } from '@rondo/core/model/plan.ts';
import { asJson, messageOf } from '../../data.ts';
import { ExpressionError, NotCallable } from '../../functions/error.ts';
import { callFunction, hasFunction, isOfPlatform } from '../../library.ts';
import { bind, type Evaluate, type Place } from '../../templates.ts';
import type { CodeRules, IsolateDialect, Names } from '../dialect.ts';
import { returned } from './items.ts';
import { N8N_CODE_MEMBERS, N8N_MEMBERS, N8nScope } from './scope.ts';

const identifier = /^[$A-Za-z_][$\w]*$/;
/** Native library functions that n8n does not have. */
const ABSENT = new Set(['range']);
/** In strict functions no parameter may have these names. */
const RESERVED = new Set(['eval', 'arguments', 'undefined', 'NaN', 'Infinity']);

function isLibrary(name: string): boolean {
  return hasFunction(name) && !ABSENT.has(name);
}

/** Names of members; in code also of the platform, in expressions those that n8n hides, and any other: undefined. */
function namesOf(members: ReadonlyMap<string, string>, all: boolean): Names {
  const isKnown = (name: string): boolean => isLibrary(name) || (!all && isOfPlatform(name));
  return {
    passed: (names) =>
      [...new Set(names)].filter(
        (name) =>
          identifier.test(name) &&
          !RESERVED.has(name) &&
          name !== '$fn' &&
          (members.has(name) ||
            isKnown(name) ||
            (all && (N8N_HIDDEN.has(name) || NUMBER[name] !== undefined)) ||
            !(name in globalThis)),
      ),
    source(name) {
      const member = members.get(name);
      if (member !== undefined) return `s.${member}`;
      if (isKnown(name)) return `library(${JSON.stringify(name)})`;
      if (N8N_HIDDEN.has(name)) return '{}';
      return NUMBER[name] ?? `s.extra(${JSON.stringify(name)})`;
    },
    knows: (name) => members.has(name) || isKnown(name),
  };
}

/** There these are the stricter ones of Number. */
const NUMBER: Record<string, string | undefined> = { isNaN: 'Number.isNaN', isFinite: 'Number.isFinite' };

/** Types in the order in which n8n names them. */
const TYPES = {
  array: 'Array',
  date: 'Date',
  number: 'Number',
  object: 'Object',
  string: 'String',
  boolean: 'Boolean',
};

/** A data function on a value that has none of that name is told in n8n's words. */
function call(value: unknown, name: string, args: unknown[]): unknown {
  try {
    return callFunction(value, name, args);
  } catch (error) {
    if (!(error instanceof NotCallable) || error.function !== name) throw error;
    if (error.value === null || error.value === undefined) {
      throw new ExpressionError(`${name} can't be used on ${String(error.value)} value`);
    }
    const types = Object.entries(TYPES)
      .filter(([type]) => (FUNCTIONS_BY_TYPE[type as keyof typeof TYPES] as readonly string[]).includes(name))
      .map(([, written]) => `"${written}"`);
    const last = types.pop();
    const list = types.length === 0 ? `type ${last}` : `types ${types.join(', ')}, and ${last}`;
    throw new ExpressionError(`${name}() is only callable on ${list}`);
  }
}

const names: Names = { ...namesOf(N8N_MEMBERS, true), call };

function failed(place: Place, source: string, error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  return new FailureError(
    failure('expression-failed', messageOf(error), {
      ...(place.node === null ? {} : { node: place.node }),
      fix: `Look at {{ ${source} }} in parameter ${place.parameter}.`,
      data: { parameter: place.parameter, expression: source },
    }),
  );
}

/** Errors that are told; all others of the language count as missing data. */
const isTold = (error: unknown): boolean => error instanceof ExpressionError || error instanceof FailureError;

function run(part: Code, place: Place): Evaluate<unknown> {
  const broken = (message: string): Evaluate<unknown> => {
    const told = failed(place, part.source, new ExpressionError(message));
    return () => {
      throw told;
    };
  };
  if (part.broken !== undefined) return broken(part.broken);
  try {
    return bind(part, names);
  } catch (error) {
    return broken(messageOf(error));
  }
}

function expression(part: Code, place: Place): Evaluate {
  const evaluate = run(part, place);
  return (scope) => {
    let value: unknown;
    try {
      value = evaluate(scope);
    } catch (error) {
      if (isTold(error)) throw failed(place, part.source, error);
      return null;
    }
    if (typeof value === 'string') return value;
    try {
      if (typeof value === 'function') throw new ExpressionError(functionTold(value));
      return asJson(value);
    } catch (error) {
      throw failed(place, part.source, error);
    }
  };
}

function functionTold(value: { name: string }): string {
  return value.name === 'DateTime'
    ? 'this is a DateTime, please access its methods'
    : 'this is a function, please add ()';
}

function text(part: Code, place: Place): Evaluate<string> {
  const evaluate = run(part, place);
  return (scope) => {
    try {
      const value = evaluate(scope);
      if (typeof value === 'string') return value;
      return value || value === 0 || value === false ? inText(value) : '';
    } catch (error) {
      if (isTold(error)) throw failed(place, part.source, error);
      return '';
    }
  };
}

/** As joining a list makes text of its elements. */
const inText = (value: unknown): string => [value].join('');

const DISALLOWED = /\$input\.(first|last|all|itemMatching)\b/;

const code: CodeRules = {
  names: namesOf(N8N_CODE_MEMBERS, false),
  strict: false,
  refuses(source, each) {
    if (!each) return null;
    const lines = source.split('\n');
    const line = lines.findIndex((one) => DISALLOWED.test(one));
    if (line === -1) return null;
    const method = DISALLOWED.exec(lines[line] as string)?.[1];
    return {
      message: `Can't use .${method}() here`,
      description: "This is only available in 'Run Once for All Items' mode",
      line: line + 1,
    };
  },
  result: returned,
  failed(error, line, scope, each) {
    const description = (error as { description?: unknown } | null)?.description;
    // What is refused before it runs names the item; what the code throws does not.
    const where = [
      ...(line === null ? [] : [`line ${line}`]),
      ...(each && !(error instanceof Error) ? [`for item ${scope.$itemIndex}`] : []),
    ];
    return {
      message: `${messageOf(error)}${where.length === 0 ? '' : ` [${where.join(', ')}]`}`,
      ...(typeof description === 'string' ? { description } : {}),
    };
  },
};

export const n8n: IsolateDialect = {
  names,
  scope: (neighbours, plain) => new N8nScope(neighbours, plain),
  expression,
  text,
  code,
};
