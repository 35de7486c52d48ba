/**
 * Owns the code that users write in Code nodes: compiled once per set of names, called by kernels
 * through `call.code(names)`. Does not decide what the result means; that is the kernel's.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import { messageOf } from './data.ts';
import { callFunction, functionNamed, hasFunction } from './library.ts';
import { nameSource, passedNames } from './templates.ts';
import { SCOPE_MEMBERS, type Scope } from './scope.ts';

/** With `entry`: the function of that name which the code defines, called with the names as one object. */
export type RunCode = (scope: Scope, names: Record<string, unknown>, entry?: string) => unknown;

const ASYNC = /\bawait\b/;
/** Lines that stand before the user's first line in what V8 counts. */
const LINES_BEFORE = 3;

/** Scope names that occur in the text; bare words are those of the library. */
function namesIn(source: string): string[] {
  const words = source.match(/\$\w*|\b[A-Za-z_]\w*\b/g) ?? [];
  return passedNames(words).filter((name) => SCOPE_MEMBERS.has(name) || hasFunction(name));
}

function codeFailure(node: string, error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
  const line = /<anonymous>:(\d+):\d+/.exec(stack)?.[1];
  const at = line === undefined ? '' : ` (line ${Number(line) - LINES_BEFORE})`;
  const kind = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : '';
  return new FailureError(failure('node-failed', `${kind}${messageOf(error)}${at}`, { node }));
}

function callEntry(found: unknown, entry: string, names: Record<string, unknown>, node: string): unknown {
  if (typeof found === 'function') return found(names);
  const fix = `Write function ${entry}({ a, b }) { return { ... }; } with the names of the inputs.`;
  throw new FailureError(failure('node-failed', `The code defines no function ${entry}.`, { node, retry: 'no', fix }));
}

/** The code runs in a function of its own, so that it may declare names that exist outside. */
export function compileCode(source: string, node: string): RunCode {
  const found = namesIn(source);
  const made = new Map<string, (scope: Scope, given: Record<string, unknown>) => unknown>();

  function compile(given: string[], entry: string): (scope: Scope, values: Record<string, unknown>) => unknown {
    const passed = found.filter((name) => !given.includes(name));
    const word = ASYNC.test(source) ? 'async function' : 'function';
    const last = entry === '' ? '' : `\n;return typeof ${entry} === "undefined" ? null : ${entry};`;
    const body = `"use strict"; return (${word} () {\n${source}\n${last}})();`;
    const inner = new Function('$fn', ...passed, ...given, body);
    const values = ['call', ...passed.map(nameSource), ...given.map((name) => `g[${JSON.stringify(name)}]`)];
    const text = `"use strict"; return function (s, g) { return inner(${values.join(', ')}); };`;
    return new Function('inner', 'call', 'library', text)(inner, callFunction, functionNamed);
  }

  return (scope, names, entry = '') => {
    const given = entry === '' ? Object.keys(names) : [];
    const key = `${entry}:${given.join()}`;
    try {
      let run = made.get(key);
      if (run === undefined) {
        run = compile(given, entry);
        made.set(key, run);
      }
      let value = run(scope, names);
      if (entry !== '') {
        value =
          value instanceof Promise
            ? value.then((called: unknown) => callEntry(called, entry, names, node))
            : callEntry(value, entry, names, node);
      }
      if (!(value instanceof Promise)) return value;
      return value.then(undefined, (error: unknown) => {
        throw codeFailure(node, error);
      });
    } catch (error) {
      throw codeFailure(node, error);
    }
  };
}
