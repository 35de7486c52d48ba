/**
 * Owns the names that expressions of Windmill flows see. Does not parse or compile them.
 *
 * The converter (core/convert/openflow/convert.ts) says what definitions of this dialect count on; what that means here:
 *   previous_result, result   json of the current item
 *   results.ID                json of the first item that node ID gave on its first output; null when there is none
 *   flow_input                `$vars`; inside loops also `iter` ({ index, value }), `iter_parent` of the loop around
 *                             that, and so on, as `$loop` has them. Over state (a `loop`) the value is the index.
 *   iter                      `flow_input.iter`
 *   flow_env                  `$constants`
 *   error                     found in the json of the current item: its field error, or those of a list
 *   params                    `{}`
 *   all_iters, resume, resumes, approvers, started_at, flow_job_id, WM_SCHEDULED_FOR
 *                             what the request gives under that name (ProgramContext.names), else undefined
 * The names of native files are there too. Values become JSON as JSON.stringify has it (a Map is `{}`); undefined is
 * null, a promise is waited for. What throws fails the iteration.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Code } from '@rondo/core/model/plan.ts';
import { asJson, messageOf } from '../data.ts';
import { Pending, Scope, SCOPE_MEMBERS, type Neighbours } from '../scope.ts';
import { bind, type Evaluate, type Place } from '../templates.ts';
import type { CodeRules, IsolateDialect } from './dialect.ts';
import { namesOf, nativeCode, nativeFailure } from './native.ts';

/** What a request may give; undefined otherwise. */
const GIVEN = ['all_iters', 'resume', 'resumes', 'approvers', 'started_at', 'flow_job_id', 'WM_SCHEDULED_FOR'];

class OpenflowScope extends Scope {
  readonly results: unknown;
  readonly params = Object.freeze({});

  constructor(neighbours: Neighbours, plain: boolean) {
    super(neighbours, plain);
    const resultOf = (id: string): Json => this.#resultOf(id);
    this.results = new Proxy(Object.freeze({}), {
      get: (_, name) => (typeof name === 'string' ? resultOf(name) : undefined),
      has: (_, name) => typeof name === 'string' && resultOf(name) !== null,
    });
  }

  get previous_result(): Json {
    return this.$json;
  }

  get result(): Json {
    return this.$json;
  }

  get flow_input(): unknown {
    const given = this.$vars;
    const loops = this.#iterations();
    if (loops.length === 0 || given === null || typeof given !== 'object') return given;
    const input: Record<string, unknown> = { ...given };
    loops.forEach((one, level) => {
      input[`iter${'_parent'.repeat(level)}`] = one;
    });
    return input;
  }

  get iter(): unknown {
    return this.#iterations()[0];
  }

  get flow_env(): unknown {
    return this.$constants;
  }

  get error(): unknown {
    return errorIn(this.item.json);
  }

  override extra(name: string): unknown {
    const { names } = this.context.raw;
    if (GIVEN.includes(name) && (names === undefined || !Object.hasOwn(names, name))) return undefined;
    return super.extra(name);
  }

  /** From the inside out. */
  #iterations(): Iteration[] {
    const outer = (this.context.raw.loops ?? []) as unknown as Level[];
    const found = outer.map(({ item, index, vars }) => ({ index, value: isState(vars) ? index : item }));
    if (this.plain) return found;
    const { index, vars, unitItems, size } = this;
    const items = unitItems.map((item) => item.json);
    return [{ index, value: vars !== null ? index : size === 1 ? items[0] : items }, ...found];
  }

  #resultOf(id: string): Json {
    const inside = this.neighbours.outputsOf(id);
    // A step that has not run here may have done so in the iteration before.
    const ports = inside ?? this.context.node(id);
    const json = ports?.[0]?.[0]?.json ?? null;
    return this.shared(json);
  }
}

interface Iteration {
  index: number;
  value: unknown;
}

interface Level {
  item: unknown;
  index: number;
  vars?: unknown;
}

const isState = (vars: unknown): boolean => vars !== undefined && vars !== null;

/** The failed step's error; of a list the only one, or all of them as one. */
function errorIn(json: Json): unknown {
  if (Array.isArray(json)) {
    const errors = json.flatMap((one, index) => {
      const found = fieldOf(one, 'error');
      return found === null ? [] : [{ index, error: found }];
    });
    if (errors.length === 1) return errors[0]?.error;
    if (errors.length > 1) {
      const message = errors
        .map(
          ({ index, error }) => `[${String(fieldOf(error, 'step_id') ?? index)}] ${String(fieldOf(error, 'message'))}`,
        )
        .join('; ');
      return { name: 'MultipleErrors', message, errors: errors.map(({ error }) => error) };
    }
  } else {
    const found = fieldOf(json, 'error');
    if (found !== null) return found;
  }
  return { name: 'UnknownError', message: 'No error was found in the result.' };
}

function fieldOf(json: Json, name: string): Json {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return null;
  return Object.hasOwn(json, name) ? (json[name] ?? null) : null;
}

const OWN = ['flow_input', 'flow_env', 'results', 'previous_result', 'result', 'iter', 'error', 'params'];

const names = namesOf(new Set([...SCOPE_MEMBERS, ...OWN]));

function failed(place: Place, part: Code, error: unknown): FailureError {
  return error instanceof FailureError ? error : nativeFailure(place, part.source, new Error(messageOf(error)));
}

function compile<T>(part: Code, place: Place, give: (value: unknown, scope: Scope) => T): Evaluate<T> {
  let run: Evaluate<unknown>;
  try {
    if (part.broken !== undefined) throw new SyntaxError(part.broken);
    run = bind(part, names);
  } catch (error) {
    const broken = failed(place, part, error);
    return () => {
      throw broken;
    };
  }
  return (scope) => {
    try {
      const value = run(scope);
      return give(value instanceof Promise ? scope.settled(value, run) : value, scope);
    } catch (error) {
      throw error instanceof Pending ? error : failed(place, part, error);
    }
  };
}

/** Flows read name and message of what a script threw. */
const codeFailed: CodeRules['failed'] = (error, line, scope, each) => {
  const name = error instanceof Error ? error.name : 'Error';
  const message = messageOf(error);
  const at = line === null ? '' : `\n    at line ${line}`;
  const stack = `${name}: ${message}${at}`;
  return { ...nativeCode.failed(error, line, scope, each), data: { name, message, stack } };
};

export const openflow: IsolateDialect = {
  names,
  scope: (neighbours, plain) => new OpenflowScope(neighbours, plain),
  expression: (part, place) => compile(part, place, asJson),
  text: (part, place) => compile(part, place, (value) => (value === null || value === undefined ? '' : String(value))),
  code: { ...nativeCode, failed: codeFailed },
};
