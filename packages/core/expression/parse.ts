/**
 * Owns reading one JavaScript expression (acorn) and the few facts about its tree that the other
 * files share. Does not check names or rewrite.
 *
 * Expressions run as `(function(names){"use strict"; return (CODE\n);})`, so they are parsed inside
 * the same surroundings: a strict script, in parentheses. Text that closes the parenthesis early and
 * opens another one parses too, but then the outermost node is not that parenthesis.
 */
import { parse, type Node } from 'acorn';

export const ECMA_VERSION = 16;

const BEFORE = '"use strict";(';
const AFTER = '\n)';

/** Any acorn node; the fields are read by the node types that have them. */
export interface Tree extends Node {
  [field: string]: unknown;
}

export type Parsed =
  | { ok: true; root: Tree; text: string /** Of the source in `text`. */; start: number }
  | { ok: false; message: string /** In the source that was given. */; offset: number };

/** Never throws. `text` is what positions in the tree refer to. */
export function parseExpression(source: string): Parsed {
  // A semicolon at the end is a habit, not a second statement.
  const code = source.replace(/[\s;]+$/, '');
  if (code.trim() === '') return { ok: false, message: 'There is no expression between {{ and }}.', offset: 0 };
  const text = BEFORE + code + AFTER;
  try {
    const program = parse(text, { ecmaVersion: ECMA_VERSION, sourceType: 'script', preserveParens: true });
    const statement = program.body[1] as Tree | undefined;
    const outer = statement?.expression as Tree | undefined;
    if (
      program.body.length !== 2 ||
      outer?.type !== 'ParenthesizedExpression' ||
      outer.start !== BEFORE.length - 1 ||
      outer.end !== text.length
    ) {
      return { ok: false, message: 'Brackets do not match; one expression is expected.', offset: 0 };
    }
    return { ok: true, root: outer.expression as Tree, text, start: BEFORE.length };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, message: 'It is nested too deeply.', offset: 0 };
    const at = (error as { pos?: number }).pos ?? BEFORE.length;
    const offset = Math.min(Math.max(at - BEFORE.length, 0), code.length);
    return { ok: false, message: explain(code, offset, error), offset };
  }
}

/** Statements with `return`, as a function that is called at once. Never throws. */
export function parseBody(source: string): Parsed {
  const word = /\bawait\b/.test(source) ? 'async ' : '';
  const before = `${BEFORE}(${word}() => {`;
  const text = `${before}${source}\n})()${AFTER}`;
  try {
    const program = parse(text, { ecmaVersion: ECMA_VERSION, sourceType: 'script', preserveParens: true });
    const outer = (program.body[1] as Tree | undefined)?.expression as Tree | undefined;
    const call = outer?.type === 'ParenthesizedExpression' ? (outer.expression as Tree) : undefined;
    const callee = call?.type === 'CallExpression' ? unwrap(call.callee as Tree) : undefined;
    const body = callee?.body as Tree | undefined;
    // Text that closes the function early and opens another one parses too.
    if (
      program.body.length !== 2 ||
      body?.start !== before.length - 1 ||
      body.end !== before.length + source.length + 2
    ) {
      return { ok: false, message: 'Brackets do not match.', offset: 0 };
    }
    return { ok: true, root: call as Tree, text, start: before.length };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, message: 'It is nested too deeply.', offset: 0 };
    const at = Math.min(Math.max(((error as { pos?: number }).pos ?? 0) - before.length, 0), source.length);
    const message = error instanceof Error ? error.message.replace(/\s*\(\d+:\d+\)$/, '') : String(error);
    return { ok: false, message: `${message}.`, offset: at };
  }
}

/**
 * The first statement of a script, which has to be an expression; what follows it is only read. For products whose
 * text is compiled like that. Never throws.
 */
export function parseStatement(source: string, before: string, after: string): Parsed {
  const text = before + source + after;
  const offset = (position: number): number => Math.min(Math.max(position - before.length, 0), source.length);
  try {
    const program = parse(text, { ecmaVersion: ECMA_VERSION, sourceType: 'script', preserveParens: true });
    const statement = program.body[0] as Tree | undefined;
    if (statement?.type !== 'ExpressionStatement') {
      const message = statement === undefined ? 'There is no expression between {{ and }}.' : NO_STATEMENT;
      return { ok: false, message, offset: 0 };
    }
    return { ok: true, root: statement.expression as Tree, text, start: before.length };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, message: 'It is nested too deeply.', offset: 0 };
    const at = offset((error as { pos?: number }).pos ?? 0);
    return { ok: false, message: explain(source, at, error), offset: at };
  }
}

const NO_STATEMENT = 'Only one expression can stand here, not a statement.';

function explain(code: string, offset: number, error: unknown): string {
  if (offset >= code.length) return 'It ends too early: something is missing or a bracket is not closed.';
  if (/^(const|let|var|return|if|for|while|throw)\b/.test(code.trimStart())) {
    return NO_STATEMENT;
  }
  if (code[offset] === ';') return 'Only one expression can stand here; there is a second statement.';
  const message = error instanceof Error ? error.message.replace(/\s*\(\d+:\d+\)$/, '') : String(error);
  return message === 'Unexpected token' ? `Unexpected ${JSON.stringify(code[offset])}.` : `${message}.`;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** Children in the order of the text. */
export function childrenOf(tree: Tree): Tree[] {
  const children: Tree[] = [];
  for (const [field, value] of Object.entries(tree)) {
    if (field === 'value' && tree.type === 'Literal') continue;
    // In `{ a }` key and value are the same text; the value is the reference.
    if (field === 'key' && tree.type === 'Property' && tree.shorthand === true) continue;
    if (Array.isArray(value)) children.push(...value.filter(isTree));
    else if (isTree(value)) children.push(value);
  }
  return children.sort((a, b) => a.start - b.start);
}

/** Without the parentheses around it. Those around an optional chain end the chain, so they stay. */
export function unwrap(tree: Tree): Tree {
  let inner = tree;
  while (inner.type === 'ParenthesizedExpression') {
    const next = inner.expression as Tree;
    if (next.type === 'ChainExpression') return inner;
    inner = next;
  }
  return inner;
}

/** Name of a property that the text fixes: `a.name` or `a['name']`. */
export function propertyName(member: Tree): string | null {
  const property = member.property as Tree;
  if (member.computed !== true) return property.type === 'Identifier' ? (property.name as string) : null;
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : null;
}
