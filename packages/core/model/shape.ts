/**
 * Owns the shape rules of the native format: which fields exist, of which type. Turns plain
 * JSON into diagnostics. Does not resolve connections, types of nodes or expressions (compile/).
 */
import { diagnostic, type Diagnostic } from '../errors.ts';
import { parseDuration } from './duration.ts';
import type { Json } from './item.ts';
import { LIMITS } from './limits.ts';

type Path = (string | number)[];
type Rule = (value: Json, path: Path, out: Diagnostic[]) => void;

/** Any name of one line; other products have names such as `HTTP Request (v2.0)`. */
export const ID_PATTERN = /^(?!__proto__$)[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,200}$/u;

export function isObject(value: unknown): value is { [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return value.length > 40 ? `text "${value.slice(0, 37)}..."` : `text "${value}"`;
  return `${typeof value} ${String(value)}`;
}

function wrong(expected: string, value: Json, path: Path): Diagnostic {
  return diagnostic('wrong-type', path, `${path.join('.')} must be ${expected}, not ${describe(value)}.`);
}

const isTemplate = (value: Json): boolean => typeof value === 'string' && value.includes('{{');

const any: Rule = () => {};
const text: Rule = (v, p, out) => {
  if (typeof v !== 'string') out.push(wrong('text', v, p));
};
const flag: Rule = (v, p, out) => {
  if (typeof v !== 'boolean') out.push(wrong('true or false', v, p));
};
const duration: Rule = (v, p, out) => {
  if (parseDuration(v) === null) out.push(wrong('a duration such as 250ms, 30s, 5m or 2h', v, p));
};
const whole =
  (min: number, max = Number.MAX_SAFE_INTEGER): Rule =>
  (v, p, out) => {
    if (typeof v !== 'number' || !Number.isInteger(v)) out.push(wrong('a whole number', v, p));
    else if (v < min || v > max) {
      out.push(diagnostic('bad-value', p, `${p.join('.')} must be from ${min} to ${max}, not ${v}.`));
    }
  };
const between =
  (min: number, max: number): Rule =>
  (v, p, out) => {
    if (typeof v !== 'number' || !(v >= min && v <= max)) out.push(wrong(`a number from ${min} to ${max}`, v, p));
  };
const oneOf =
  (...allowed: Json[]): Rule =>
  (v, p, out) => {
    if (!allowed.includes(v)) {
      out.push(diagnostic('bad-value', p, `${p.join('.')} must be ${allowed.join(', ')}; it is ${describe(v)}.`));
    }
  };
const wholeOrTemplate: Rule = (v, p, out) => {
  if (!isTemplate(v)) whole(0)(v, p, out);
};
const listOf =
  (rule: Rule): Rule =>
  (v, p, out) => {
    if (!Array.isArray(v)) out.push(wrong('a list', v, p));
    else v.forEach((element, i) => rule(element, [...p, i], out));
  };
const either =
  (test: (v: Json) => boolean, yes: Rule, no: Rule): Rule =>
  (v, p, out) =>
    test(v) ? yes(v, p, out) : no(v, p, out);
const mapOf =
  (rule: Rule): Rule =>
  (v, p, out) => {
    if (!isObject(v)) out.push(wrong('an object', v, p));
    else for (const key of Object.keys(v)) rule(v[key] as Json, [...p, key], out);
  };

function record(fields: Record<string, Rule>, required: string[] = []): Rule {
  return (v, p, out) => {
    if (!isObject(v)) {
      out.push(wrong('an object', v, p));
      return;
    }
    for (const key of Object.keys(v)) {
      const rule = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (rule === undefined) {
        const near = nearest(key, Object.keys(fields));
        out.push(
          diagnostic(
            'unknown-field',
            [...p, key],
            `There is no field ${key}${p.length ? ` in ${p.join('.')}` : ''}.${near ? ` Did you mean ${near}?` : ` Fields here: ${Object.keys(fields).join(', ')}.`}`,
          ),
        );
      } else rule(v[key] as Json, [...p, key], out);
    }
    for (const key of required) {
      if (!Object.hasOwn(v, key)) {
        out.push(diagnostic('missing-field', p, `${p.length ? p.join('.') : 'The workflow'} needs the field ${key}.`));
      }
    }
  };
}

/** The closest of `candidates` by edit distance, when it is close enough to be meant. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const d = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (d < bestDistance) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}

function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) >= most) return most;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

const afterRule: Rule = either(
  (v) => Array.isArray(v),
  listOf(text),
  either((v) => isObject(v), mapOf(either((v) => Array.isArray(v), listOf(text), text)), text),
);

const loopRule = record({
  over: any,
  size: either((v) => v === 'all', any, whole(1)),
  parallel: whole(1, LIMITS['loop.parallel'].cap),
  rate: record({ count: whole(1), per: duration, key: text }, ['count', 'per']),
  limit: whole(1),
  onError: oneOf('stop', 'null', 'drop', 'item', 'port', 'pass', null),
  fallback: any,
  tolerate: record({ count: whole(0), share: between(0, 1), judge: oneOf('early', 'end') }),
  retry: record(
    {
      times: whole(0, 100),
      delay: either((v) => Array.isArray(v), listOf(duration), duration),
      backoff: between(1, 100),
      maxDelay: duration,
      jitter: between(0, 1),
      when: any,
      always: flag,
    },
    ['times'],
  ),
  timeout: duration,
  stopWhen: any,
  while: any,
  until: any,
  times: wholeOrTemplate,
  state: mapOf(any),
  update: mapOf(any),
  collect: oneOf('concat', 'last', 'position', 'list'),
  flatten: flag,
  give: any,
  pause: duration,
});

const nodeRule: Rule = (v, p, out) =>
  record(
    {
      type: text,
      title: text,
      notes: text,
      after: afterRule,
      with: mapOf(any),
      loop: loopRule,
      executeOnce: flag,
      alwaysOutput: flag,
      disabled: flag,
      skipWhen: any,
      pin: listOf(any),
      origin: record({ id: text, type: text, version: any, parameters: mapOf(any) }),
      body: nodesRule,
      result: either((r) => Array.isArray(r), listOf(text), text),
    },
    ['type'],
  )(v, p, out);

const nodesRule: Rule = (v, p, out) => {
  if (!isObject(v)) {
    out.push(wrong('an object with one entry per node', v, p));
    return;
  }
  for (const id of Object.keys(v)) {
    if (!ID_PATTERN.test(id)) {
      out.push(diagnostic('bad-value', [...p, id], `Node id ${describe(id)} must be 1 to 200 characters of one line.`));
    }
    nodeRule(v[id] as Json, [...p, id], out);
  }
};

const inputRule = record({
  type: oneOf('string', 'number', 'integer', 'boolean', 'object', 'array', 'any'),
  required: flag,
  default: any,
  description: text,
  enum: listOf(any),
  maxLength: whole(0),
});

const limitsRule: Rule = (v, p, out) => {
  mapOf(whole(1))(v, p, out);
  if (!isObject(v)) return;
  for (const [name, value] of Object.entries(v)) {
    const limit = (LIMITS as Record<string, { cap: number } | undefined>)[name];
    if (limit === undefined) {
      const near = nearest(name, Object.keys(LIMITS));
      out.push(
        diagnostic('unknown-field', [...p, name], `There is no limit ${name}.${near ? ` Did you mean ${near}?` : ''}`),
      );
    } else if (typeof value === 'number' && value > limit.cap) {
      out.push(diagnostic('bad-value', [...p, name], `Limit ${name} can be at most ${limit.cap}, not ${value}.`));
    }
  }
};

const definitionRule = record(
  {
    rondo: oneOf(1),
    $schema: text,
    id: text,
    name: text,
    description: text,
    inputs: mapOf(inputRule),
    constants: mapOf(any),
    conversation: mapOf(record({ default: any, description: text })),
    settings: record({
      flow: oneOf('node', 'item'),
      timezone: text,
      timeout: duration,
      dialect: oneOf('native', 'n8n', 'dify', 'openflow'),
      order: oneOf('n8n-v1', 'n8n-v0'),
      strict: flag,
      limits: limitsRule,
    }),
    nodes: nodesRule,
    output: any,
    layout: any,
  },
  ['rondo', 'nodes'],
);

/** All shape mistakes of a parsed native file, at once. */
export function checkShape(value: Json): Diagnostic[] {
  const out: Diagnostic[] = [];
  definitionRule(value, [], out);
  return out;
}
