/**
 * Owns what can be written at a place in an expression: names, members of values that are there, functions. Pure: the
 * text is read backwards from the cursor, so that it need not be whole. Does not draw (editor.tsx).
 */
import { factOf, memberCode, nodeCode, type Scope, shortValue, typeWord, valueOfPath } from './scope.ts';

export interface Option {
  label: string;
  /** What is put in, where that is not the label. */
  insert?: string;
  /** Instead of the text from here: a key that is no name needs brackets. */
  from?: number;
  type: string;
  /** In the held iteration. */
  value: string;
  fact: { text: string; warn: boolean } | null;
  /** A sentence about it. */
  doc: string;
}

export interface Completions {
  from: number;
  options: readonly Option[];
}

const plain = (label: string, doc: string, more: Partial<Option> = {}): Option => ({
  label,
  type: '',
  value: '',
  fact: null,
  doc,
  ...more,
});

/** Members that the language gives, whatever the data. */
const MEMBERS: readonly [base: RegExp, members: readonly [label: string, doc: string][]][] = [
  [
    /^\$loop(\.parent)*$/,
    [
      ['item', 'Value of the iteration.'],
      ['index', 'Number of the iteration, from 0.'],
      ['count', 'Number of iterations; null while unknown.'],
      ['previous', 'Result of the iteration before. Reading it makes the loop run in order.'],
      ['vars', 'Variables of a Loop.'],
      ['parent', 'The loop around this one.'],
    ],
  ],
  [
    /^(\$input|\$\((["'`]).*\2\))$/,
    [
      ['item', 'The one that the current item was made from.'],
      ['first()', 'The first item.'],
      ['last()', 'The last item.'],
      ['all()', 'All items.'],
    ],
  ],
  [
    /^((\$input|\$\((["'`]).*\3\))\.(item|first\(\)|last\(\))|\$item)$/,
    [
      ['json', 'Its value.'],
      ['files', 'Its files, by name.'],
    ],
  ],
  [
    /^\$run$/,
    [
      ['id', 'Id of the run.'],
      ['workflow', 'Name of the workflow.'],
    ],
  ],
];

const TEXT_METHODS = ['slice', 'trim', 'split', 'replaceAll', 'includes', 'startsWith', 'toLowerCase', 'toUpperCase'];
const LIST_METHODS = ['map', 'filter', 'find', 'some', 'every', 'join', 'slice', 'includes', 'length'];

/** At a place in code that has no braces around it. Null: nothing to offer. */
export function completionsAt(code: string, at: number, scope: Scope): Completions | null {
  const before = code.slice(0, at);
  if (isInText(before)) return nodeIdsAt(before, scope);
  const word = /[\w$]*$/.exec(before)?.[0] ?? '';
  const from = at - word.length;
  const dot = /\??\.$/.exec(before.slice(0, from));
  if (dot !== null) return membersAt(before.slice(0, from - dot[0].length), from, dot[0].length, scope);
  return { from, options: namesOf(scope) };
}

function membersAt(text: string, from: number, dot: number, scope: Scope): Completions | null {
  const base = chainBefore(text);
  if (base === '') return null;
  const options: Option[] = [];
  const found = valueOfPath(base, scope.roots);
  const members = MEMBERS.find(([pattern]) => pattern.test(base.replaceAll('?.', '.')))?.[1] ?? [];
  for (const [label, doc] of members) {
    const inner = valueOfPath(`${base}.${label}`, scope.roots);
    options.push(
      plain(label, doc, inner === null ? {} : { type: typeWord(inner.value), value: shortValue(inner.value) }),
    );
  }
  if (base === '$loop.vars') for (const name of scope.loopVars) options.push(plain(name, 'Variable of the loop.'));
  if (found !== null) {
    const { value, samples } = found;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) {
        const code = memberCode('', key);
        const isName = code.startsWith('.');
        const values = samples.map((one) => (one as Record<string, unknown> | null | undefined)?.[key]);
        options.push({
          label: key,
          ...(isName ? {} : { insert: code, from: from - dot }),
          type: typeWord(inner),
          value: shortValue(inner),
          fact: found.factOfMember(key) ?? factOf(values),
          doc: '',
        });
      }
    } else {
      const own = typeof value === 'string' ? TEXT_METHODS : Array.isArray(value) ? LIST_METHODS : [];
      for (const name of [...own, ...scope.functions.filter((one) => !own.includes(one))])
        options.push(plain(name === 'length' ? name : `${name}()`, '', { type: 'function' }));
    }
  }
  const unique = [...new Map(options.map((one) => [one.label, one])).values()];
  return unique.length === 0 ? null : { from, options: unique };
}

const named = new WeakMap<Scope, readonly Option[]>();

/** Once for a place: every letter asks. */
function namesOf(scope: Scope): readonly Option[] {
  let names = named.get(scope);
  if (names === undefined) named.set(scope, (names = allNames(scope)));
  return names;
}

function allNames(scope: Scope): Option[] {
  const nodes = scope.nodes.map(({ id, title }) => {
    const code = `${nodeCode(id)}.item.json`;
    const found = valueOfPath(code, scope.roots);
    return plain(nodeCode(id), title === id ? 'Node' : title, {
      insert: code,
      type: 'node',
      value: found === null ? '' : shortValue(found.value),
    });
  });
  const names = scope.names
    .filter(({ name, kind }) => name !== '$' && kind !== 'failure' && kind !== 'pagination')
    .filter(({ name }) => name !== '$loop' || scope.inLoop)
    .map(({ name, kind, doc }) => {
      const found = valueOfPath(name, scope.roots);
      return plain(name, doc, {
        type: found === null ? kind : typeWord(found.value),
        value: found === null ? '' : shortValue(found.value),
        ...(kind === 'function' ? { insert: `${name}()` } : {}),
      });
    });
  const loop = scope.inLoop
    ? ['$loop.item', '$loop.index'].map((code) => {
        const found = valueOfPath(code, scope.roots);
        return plain(code, '', found === null ? {} : { type: typeWord(found.value), value: shortValue(found.value) });
      })
    : [];
  return [...loop, ...names.slice(0, 1), ...nodes, ...names.slice(1)];
}

/** Inside `$('`: ids of nodes. */
function nodeIdsAt(before: string, scope: Scope): Completions | null {
  const open = /\$\(\s*(["'`])([^"'`]*)$/.exec(before);
  if (open === null) return null;
  const typed = open[2] ?? '';
  return {
    from: before.length - typed.length,
    options: scope.nodes.map(({ id, title }) => plain(id, title === id ? '' : title, { type: 'node' })),
  };
}

function isInText(before: string): boolean {
  let quote = '';
  for (let i = 0; i < before.length; i += 1) {
    const character = before[i] as string;
    if (quote === '') {
      if (character === '"' || character === "'" || character === '`') quote = character;
    } else if (character === '\\') i += 1;
    else if (character === quote) quote = '';
  }
  return quote !== '';
}

const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** The path that ends here: `$('a b').item.json` of `1 + $('a b').item.json`. */
export function chainBefore(text: string): string {
  let at = text.length;
  const skipBack = (): boolean => {
    const close = text[at - 1] as string;
    const open = CLOSING[close] as string;
    let depth = 0;
    let quote = '';
    for (let i = at - 1; i >= 0; i -= 1) {
      const character = text[i] as string;
      if (quote !== '') {
        if (character === quote && text[i - 1] !== '\\') quote = '';
      } else if (character === '"' || character === "'" || character === '`') quote = character;
      else if (character === close) depth += 1;
      else if (character === open) {
        depth -= 1;
        if (depth === 0) {
          at = i;
          return true;
        }
      }
    }
    return false;
  };
  while (at > 0) {
    const last = text[at - 1] as string;
    if (last in CLOSING) {
      if (!skipBack()) return '';
      continue;
    }
    const word = /[\w$]+$/.exec(text.slice(0, at))?.[0] ?? '';
    if (word === '') break;
    at -= word.length;
    const dot = /\??\.$/.exec(text.slice(0, at))?.[0] ?? '';
    if (dot === '') break;
    at -= dot.length;
  }
  return text.slice(at);
}
