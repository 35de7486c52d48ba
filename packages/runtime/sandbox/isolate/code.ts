/**
 * Owns the code that users write in Code nodes: compiled once per set of names, called by kernels
 * through `call.code(names)`. Does not decide what the result means; that is the kernel's.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { CodeRules } from './dialects/dialect.ts';
import { callFunction, functionNamed } from './library.ts';
import type { Scope } from './scope.ts';

/** With `entry`: the function of that name which the code defines, called with the names as one object. */
export type RunCode = (scope: Scope, names: Record<string, unknown>, entry?: string) => unknown;

const ASYNC = /\bawait\b/;
/** Lines that stand before the user's first line in what V8 counts. */
const LINES_BEFORE = 3;

/** Words of the text that may be names. */
const wordsOf = (source: string): string[] => source.match(/\$\w*|\b[A-Za-z_]\w*\b/g) ?? [];

/** The line of the user's text at which it was thrown. */
function lineOf(error: unknown): number | null {
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
  const line = /<anonymous>:(\d+):\d+/.exec(stack)?.[1];
  return line === undefined ? null : Number(line) - LINES_BEFORE;
}

function callEntry(found: unknown, entry: string, names: Record<string, unknown>, node: string): unknown {
  if (typeof found === 'function') return found(names);
  const fix = `Write function ${entry}({ a, b }) { return { ... }; } with the names of the inputs.`;
  throw new FailureError(failure('node-failed', `The code defines no function ${entry}.`, { node, retry: 'no', fix }));
}

/**
 * The code runs in a function of its own, so that it may declare names that exist outside. `each`: it is called
 * once per item.
 */
export function compileCode(source: string, node: string, rules: CodeRules, each: boolean): RunCode {
  const { names } = rules;
  const found = names.passed(wordsOf(source)).filter((name) => names.knows(name));
  const made = new Map<string, (scope: Scope, given: Record<string, unknown>) => unknown>();
  const refused = rules.refuses(source, each);

  function fail(error: unknown, scope: Scope, line = lineOf(error)): FailureError {
    if (error instanceof FailureError) return error;
    const { message, description, data: told } = rules.failed(error, line, scope, each);
    const data = { ...told, ...(description === undefined ? {} : { description }) };
    return new FailureError(
      failure('node-failed', message, { node, ...(Object.keys(data).length > 0 ? { data } : {}) }),
    );
  }

  function compile(
    given: string[],
    entry: string,
    declared: readonly string[],
  ): (scope: Scope, values: Record<string, unknown>) => unknown {
    const passed = found.filter((name) => !given.includes(name));
    const word = ASYNC.test(source) ? 'async function' : 'function';
    const last = entry === '' ? '' : `\n;return typeof ${entry} === "undefined" ? null : ${entry};`;
    const strict = rules.strict ? '"use strict"; ' : declared.length === 0 ? '' : `var ${declared.join(', ')}; `;
    const body = `${strict}return (${word} () {\n${source}\n${last}}).call(${rules.strict ? 'undefined' : '$this'});`;
    const inner = new Function('$fn', '$this', ...passed, ...given, body);
    const values = [
      'call',
      rules.strict ? 'undefined' : 's.$this',
      ...passed.map((name) => names.source(name)),
      ...given.map((name) => `g[${JSON.stringify(name)}]`),
    ];
    const text = `"use strict"; return function (s, g) { return inner(${values.join(', ')}); };`;
    return new Function('inner', 'call', 'library', text)(inner, callFunction, functionNamed);
  }

  /** Names that the text assigns without declaring them, found by running into them. */
  const declared: string[] = [];

  function start(scope: Scope, names: Record<string, unknown>, entry: string): unknown {
    const given = entry === '' ? Object.keys(names) : [];
    const key = `${entry}:${given.join()}:${declared.join()}`;
    let run = made.get(key);
    if (run === undefined) {
      run = compile(given, entry, declared);
      made.set(key, run);
    }
    try {
      return run(scope, names);
    } catch (error) {
      const name = rules.strict ? null : undeclared(error, source);
      if (name === null || declared.includes(name)) throw error;
      declared.push(name);
      return start(scope, names, entry);
    }
  }

  return (scope, names, entry = '') => {
    if (refused !== null) {
      const { line, ...thrown } = refused;
      throw fail(thrown, scope, line);
    }
    try {
      const inputs = rules.given === undefined ? names : rules.given(names);
      let value = start(scope, inputs, entry);
      if (entry !== '') {
        value =
          value instanceof Promise
            ? value.then((called: unknown) => callEntry(called, entry, inputs, node))
            : callEntry(value, entry, inputs, node);
      }
      if (!(value instanceof Promise)) return rules.result(value, scope);
      return value.then(
        (given: unknown) => rules.result(given, scope),
        (error: unknown) => {
          throw fail(error, scope);
        },
      );
    } catch (error) {
      throw fail(error, scope);
    }
  };
}

/** A name that was assigned without being declared; in a frozen world that leaves nothing behind. */
function undeclared(error: unknown, source: string): string | null {
  const name = error instanceof ReferenceError ? /^([A-Za-z_$][\w$]*) is not defined$/.exec(error.message)?.[1] : null;
  if (name === null || name === undefined) return null;
  const escaped = name.replaceAll('$', '\\$');
  return new RegExp(`(?:^|[^.\\w$])${escaped}\\s*(?:=[^=>]|\\+=|\\+\\+)|for\\s*\\(\\s*${escaped}\\s+(?:of|in)\\b`).test(
    source,
  )
    ? name
    : null;
}
