/**
 * Owns reading SQL text that a person wrote: where its placeholders are, and that no template stands in it.
 * Values never become text. Does not check SQL; the database does.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import { isObject } from '../paths.ts';
import { kindOf, wrongParameter } from '../read.ts';
import type { Dialect, SqlValue, Statement, TextRules } from './session.ts';

type Part =
  | { kind: 'text'; text: string }
  /** Strings, names in quotes, comments: nothing in them is a placeholder. */
  | { kind: 'quoted'; text: string }
  | { kind: 'named'; name: string }
  | { kind: 'positional'; number: number | null };

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /[0-9]+/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const WORD_BEFORE = /[A-Za-z0-9_$\u0080-\uffff]/;

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** End of a quoted part that starts at `at`. A doubled quote stands for itself. */
function quoteEnd(text: string, at: number, quote: string, backslash: boolean): number {
  for (let i = at + 1; i < text.length; i += 1) {
    if (backslash && text[i] === '\\') i += 1;
    else if (text[i] === quote) {
      if (text[i + 1] !== quote) return i + 1;
      i += 1;
    }
  }
  return text.length;
}

function commentEnd(text: string, at: number, nested: boolean): number {
  let depth = 1;
  let i = at + 2;
  while (i < text.length && depth > 0) {
    if (text.startsWith('*/', i)) {
      depth -= 1;
      i += 2;
    } else if (nested && text.startsWith('/*', i)) {
      depth += 1;
      i += 2;
    } else i += 1;
  }
  return i;
}

/** End of a string, quoted name or comment that starts at `at`; null when none does. */
function quotedEnd(text: string, at: number, rules: TextRules): number | null {
  const char = text[at] as string;
  if (char === "'") {
    const escapes = rules.dollarQuotes && /[eE]/.test(text[at - 1] ?? '') && !WORD_BEFORE.test(text[at - 2] ?? '');
    return quoteEnd(text, at, char, rules.backslashEscapes || escapes);
  }
  if (char === '"') return quoteEnd(text, at, char, rules.backslashEscapes);
  if (char === '`' && rules.backticks) return quoteEnd(text, at, char, false);
  if (char === '[' && rules.brackets) {
    const end = text.indexOf(']', at);
    return end === -1 ? text.length : end + 1;
  }
  if (text.startsWith('--', at) || (char === '#' && rules.hashComments)) {
    const end = text.indexOf('\n', at);
    return end === -1 ? text.length : end;
  }
  if (text.startsWith('/*', at)) return commentEnd(text, at, rules.dollarQuotes);
  if (char === '$' && rules.dollarQuotes && !WORD_BEFORE.test(text[at - 1] ?? '')) {
    const tag = match(DOLLAR_TAG, text, at);
    if (tag === null) return null;
    const end = text.indexOf(tag, at + tag.length);
    return end === -1 ? text.length : end + tag.length;
  }
  return null;
}

function placeholderAt(text: string, at: number, rules: TextRules): { part: Part; end: number } | null {
  const char = text[at];
  if (char === ':' && text[at - 1] !== ':') {
    const name = match(NAME, text, at + 1);
    return name === null ? null : { part: { kind: 'named', name }, end: at + 1 + name.length };
  }
  if (rules.positional === 'question') {
    return char === '?' ? { part: { kind: 'positional', number: null }, end: at + 1 } : null;
  }
  if (char !== '$' || WORD_BEFORE.test(text[at - 1] ?? '')) return null;
  const number = match(NUMBER, text, at + 1);
  return number === null ? null : { part: { kind: 'positional', number: Number(number) }, end: at + 1 + number.length };
}

function parse(text: string, rules: TextRules): Part[] {
  const parts: Part[] = [];
  let from = 0;
  const flush = (to: number): void => {
    if (to > from) parts.push({ kind: 'text', text: text.slice(from, to) });
  };
  let at = 0;
  while (at < text.length) {
    const end = quotedEnd(text, at, rules);
    if (end !== null) {
      flush(at);
      parts.push({ kind: 'quoted', text: text.slice(at, end) });
      at = end;
      from = end;
      continue;
    }
    // `::` is a cast; its second colon begins nothing.
    const found = placeholderAt(text, at, rules);
    if (found === null) {
      at += 1;
      continue;
    }
    flush(at);
    parts.push(found.part);
    at = found.end;
    from = at;
  }
  flush(text.length);
  return parts;
}

function refuse(message: string, fix: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no', fix }));
}

const TEMPLATE_FIX =
  'Write a placeholder such as :id in sql, and give the value in params: { id: "{{ $json.id }}" }. Names of tables and columns from items: use the operations select, insert, update, delete.';

/** Braces in a string may be data, such as '{{1,2},{3,4}}'; an expression with $ is none. */
function checkNoTemplate(parts: readonly Part[]): void {
  for (const part of parts) {
    const found = 'text' in part && (part.kind === 'text' ? /\{\{/ : /\{\{[^}]*\$[A-Za-z(]/).test(part.text);
    if (found) refuse('sql holds a template {{ }}. SQL text is never put together from values.', TEMPLATE_FIX);
  }
}

/** A semicolon at the end says nothing, and would be wrong where the statement becomes part of another. */
function trimEnd(parts: Part[]): void {
  for (let i = parts.length - 1; i >= 0; i -= 1) {
    const part = parts[i] as Part;
    if (part.kind === 'quoted' && /^(--|#|\/\*)/.test(part.text)) continue;
    if (part.kind !== 'text') return;
    parts[i] = { kind: 'text', text: part.text.replace(/[;\s]+$/, (end) => end.replaceAll(';', '')) };
    if (part.text.trim() !== '') return;
  }
}

/** Where the driver would not complain itself: one statement, and no placeholder that stays without a value. */
function checkComplete(parts: readonly Part[]): void {
  const text = parts.map((part) => (part.kind === 'text' ? part.text : ' ')).join('');
  if (text.includes(';') && !/^\s*create\s+(temp\w*\s+)?trigger\b/i.test(text)) {
    refuse('sql holds more than one statement.', 'Give each a node of its own.');
  }
  const other = /[@$][A-Za-z_]\w*/.exec(text)?.[0];
  if (other !== undefined) refuse(`sql has the placeholder ${other}.`, `Write it as :${other.slice(1)}.`);
}

/** The statement for this text; `params` is a list for positional placeholders, an object for named ones. */
export function bind(sql: string, params: unknown, dialect: Dialect): Statement {
  const parts = parse(sql, dialect.text);
  checkNoTemplate(parts);
  trimEnd(parts);
  if (dialect.text.onlyFirst) checkComplete(parts);
  const named = parts.some((part) => part.kind === 'named');
  const positional = parts.some((part) => part.kind === 'positional');
  const style = dialect.text.positional === 'question' ? '?' : '$1';
  if (named && positional) refuse(`sql mixes :name and ${style}.`, 'Use one kind of placeholder.');
  if (named) return bindNamed(parts, params, dialect);
  if (positional) return bindPositional(parts, params, dialect, style);
  if (Array.isArray(params) && params.length > 0) {
    refuse(
      `params has ${params.length} values, but sql has no placeholder.`,
      `Write ${style} where each value belongs.`,
    );
  }
  return { text: parts.map((part) => ('text' in part ? part.text : '')).join(''), values: [] };
}

class Binding {
  readonly values: SqlValue[] = [];
  readonly #dialect: Dialect;
  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Placeholders for one value, or for each of a list. */
  add(value: SqlValue, name: string): string {
    if (!Array.isArray(value) || !this.#dialect.text.spreadLists) return this.#one(value);
    if (value.length === 0) {
      refuse(`${name} is an empty list, and IN () is no SQL.`, 'Leave such items out before this node, with a filter.');
    }
    return value.map((one) => this.#one(one)).join(', ');
  }

  #one(value: SqlValue): string {
    this.values.push(value);
    if (this.values.length > this.#dialect.mostValues) {
      refuse(
        `params holds more values than ${this.#dialect.name} takes in one statement (${this.#dialect.mostValues}).`,
        'Split them over several items.',
      );
    }
    return this.#dialect.placeholder(this.values.length);
  }
}

function bindNamed(parts: readonly Part[], params: unknown, dialect: Dialect): Statement {
  const given = params ?? {};
  if (!isObject(given)) wrongParameter('params', 'an object, because sql has named placeholders', given);
  const binding = new Binding(dialect);
  const known = new Map<string, string>();
  const text = parts.map((part) => {
    if ('text' in part) return part.text;
    const name = part.kind === 'named' ? part.name : '';
    if (!Object.hasOwn(given, name)) {
      refuse(
        `sql has the placeholder :${name}, but params has no ${name}.`,
        `Add ${name} to params (null is a value, too).`,
      );
    }
    // A number stands for the same value wherever it is; a question mark is a new one each time.
    const seen = dialect.text.positional === 'dollar' ? known.get(name) : undefined;
    const written = seen ?? binding.add(given[name] ?? null, `params.${name}`);
    known.set(name, written);
    return written;
  });
  return { text: text.join(''), values: binding.values };
}

function bindPositional(parts: readonly Part[], params: unknown, dialect: Dialect, style: string): Statement {
  const given: unknown = params ?? [];
  if (!Array.isArray(given)) {
    throw wrongParameter(
      'params',
      `a list, because sql has the placeholder ${style}`,
      given,
      `Give a list, not ${kindOf(given)}; or name the placeholders: :id.`,
    );
  }
  const list = given as SqlValue[];
  const found = parts.flatMap((part) => (part.kind === 'positional' ? [part.number] : []));
  const wanted = dialect.text.positional === 'dollar' ? Math.max(...found.map(Number)) : found.length;
  if (wanted !== list.length || found.includes(0)) {
    refuse(
      `sql has ${wanted} placeholders (${style}), but params has ${list.length} values.`,
      'Give one value for each.',
    );
  }
  if (dialect.text.positional === 'dollar') {
    const written = parts.map((part) =>
      'text' in part ? part.text : part.kind === 'positional' ? `$${part.number}` : '',
    );
    return { text: written.join(''), values: list };
  }
  const binding = new Binding(dialect);
  let n = 0;
  const text = parts.map((part) => {
    if ('text' in part) return part.text;
    n += 1;
    return binding.add(list[n - 1] ?? null, `params[${n - 1}]`);
  });
  return { text: text.join(''), values: binding.values };
}
