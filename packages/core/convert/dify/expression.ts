/**
 * Owns how Dify's selectors and texts become native expressions, seen from one level of the graph. The functions they
 * call ($get, $text, ...) are those of settings.dialect: dify. Evaluates nothing.
 *
 * A node of the same level or of one around it is read with $('id'); item, index and loop variables are $loop. Nodes
 * inside a loop stay readable after it, so the loop hands on what is read (`exposed`). Nodes inside an iteration do
 * not, and are not found.
 */
import type { Json } from '../../model/item.ts';
import { textIn } from './document.ts';
import type { DifyNode, Level } from './graph.ts';

/** What conversion learns on the way and needs at the end. */
export interface Known {
  /** Inner nodes of a loop that are read after it, by the id of the loop. */
  exposed: Map<string, Set<string>>;
  /** Containers that stand inside a container of their own (see container.ts), which is one more $loop. */
  wrapped: ReadonlySet<string>;
}

/** Where a loop keeps what its last round gave. */
export const INNER = '$inner';

/** Where a container keeps what the answers and ends inside gave; only where there are any. */
export const RESPONSES = '$responses';

/** The variable of a loop that a node inside sets to end it. */
export const ENDED = '$ended';

const NOT_FOUND = 'undefined';

/** A text as an expression may hold it: no braces, which would end the expression. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/[{}]/g, (brace) => (brace === '{' ? '\\u007b' : '\\u007d'));
}

/** A JSON value as an expression. */
export function literalOf(json: Json): string {
  if (typeof json === 'string') return quoted(json);
  if (Array.isArray(json)) return `[${json.map(literalOf).join(', ')}]`;
  if (json === null || typeof json !== 'object') return JSON.stringify(json);
  const members = Object.entries(json).map(([key, value]) => `[${quoted(key)}]: ${literalOf(value)}`);
  return members.length === 0 ? '({ })' : `({ ${members.join(', ')} })`;
}

export const isSelector = (value: Json | undefined): value is string[] =>
  Array.isArray(value) && value.length >= 2 && value.every((part) => typeof part === 'string');

/** Text that is not evaluated, as a native parameter. */
export function plainText(text: string): string {
  return text.replace(/(\\*)\{\{/g, (_, slashes: string) => `${slashes}${slashes}\\{{`);
}

/** A JSON value that is not evaluated, as a native parameter. */
export function plain(json: Json): Json {
  if (typeof json === 'string') return plainText(json);
  if (Array.isArray(json)) return json.map(plain);
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, plain(value)]));
}

/** Text in front of an expression: a brace or backslash at its end would become part of the marker. */
function textBefore(text: string): string {
  const [, rest = '', end = ''] = /^([\s\S]*?)([\\{]*)$/.exec(text) ?? [];
  return end === '' ? plainText(text) : `${plainText(rest)}{{ ${quoted(end)} }}`;
}

const VARIABLE = /\{\{#([a-zA-Z0-9_]{1,50}(?:\.[a-zA-Z_][a-zA-Z0-9_]{0,29}){1,10})#\}\}/g;

/** Selectors in a text, in order. */
export function variablesIn(text: string): string[][] {
  return [...text.matchAll(VARIABLE)].map((found) => (found[1] as string).split('.'));
}

const wrap = (code: string): string => `{{ ${code} }}`;
const call = (name: string, ...args: string[]): string => `${name}(${args.join(', ')})`;
const path = (selector: readonly string[]): string => quoted(selector.join('.'));

export class Names {
  readonly level: Level;
  readonly known: Known;

  readonly #begins: boolean;
  readonly #wrapped: boolean;

  /**
   * `begins`: before the first round of a loop, when nothing of its body is there. `wrapped`: inside the container
   * that stands around one with a way for its failures.
   */
  constructor(level: Level, known: Known, { begins = false, wrapped = false } = {}) {
    this.level = level;
    this.known = known;
    this.#begins = begins;
    this.#wrapped = wrapped;
  }

  /** The value of a selector; undefined where there is none. Code without `{{ }}`. */
  code(selector: readonly string[]): string {
    const [head = '', ...rest] = selector;
    switch (head) {
      case 'sys':
        return system(rest);
      case 'env':
        return member('$vars', `env.${rest[0] ?? ''}`, rest.slice(1));
      case 'conversation':
        return member('$conversation', rest[0] ?? '', rest.slice(1));
      default:
        return this.#ofLoop(head, rest) ?? this.#ofNode(head, rest) ?? NOT_FOUND;
    }
  }

  /** The value of a selector, null where there is none. */
  value(selector: Json | undefined): string {
    return isSelector(selector) ? wrap(this.code(selector)) : wrap('null');
  }

  /** A text with variables: in prompts and requests. */
  text(text: Json | undefined): string {
    return this.#spelled(textIn(text), '$text');
  }

  /** The same where a variable that is not there is an error. */
  strictText(text: Json | undefined): string {
    return this.#pieces(textIn(text), (selector) => call('$text', call('$need', this.code(selector), path(selector))));
  }

  /** A text with variables: in answers. */
  markdown(text: Json | undefined): string {
    return this.#spelled(textIn(text), '$markdown');
  }

  /** A text with variables as an expression, for the side of a condition. */
  textCode(text: string): string {
    const parts: string[] = [];
    let at = 0;
    for (const found of text.matchAll(VARIABLE)) {
      if (found.index > at) parts.push(quoted(text.slice(at, found.index)));
      const selector = (found[1] as string).split('.');
      parts.push(call('$text', this.code(selector), path(selector)));
      at = found.index + found[0].length;
    }
    if (at < text.length || parts.length === 0) parts.push(quoted(text.slice(at)));
    return parts.join(' + ');
  }

  #spelled(text: string, spell: '$text' | '$markdown'): string {
    return this.#pieces(text, (selector) => call(spell, this.code(selector), path(selector)));
  }

  #pieces(text: string, code: (selector: string[]) => string): string {
    let out = '';
    let at = 0;
    for (const found of text.matchAll(VARIABLE)) {
      out += textBefore(text.slice(at, found.index)) + wrap(code((found[1] as string).split('.')));
      at = found.index + found[0].length;
    }
    return out + plainText(text.slice(at));
  }

  /** item and index of an iteration around, variables of a loop around. */
  #ofLoop(head: string, rest: readonly string[]): string | null {
    let view = this.#wrapped ? '$loop.parent' : '$loop';
    for (let at: Level | null = this.level; at !== null && at.container !== null; at = at.parent) {
      const { container } = at;
      if (container.id === head) {
        const [name = '', ...deeper] = rest;
        if (container.type === 'loop') return member(`${view}.vars`, name, deeper);
        return name === 'item' || name === 'index' ? get(`${view}.${name}`, deeper) : NOT_FOUND;
      }
      view += this.known.wrapped.has(container.id) ? '.parent.parent' : '.parent';
    }
    return null;
  }

  #ofNode(id: string, rest: readonly string[]): string | null {
    const from = this.#begins ? this.level.parent : this.level;
    for (let at: Level | null = from; at !== null; at = at.parent) {
      if (at.start?.id === id || at.nodes.some((node) => node.id === id)) return get(`$(${quoted(id)}).outputs`, rest);
      const through = loopsTo(at, id);
      if (through === null) continue;
      if (this.#begins && through.includes(this.level.container as DifyNode)) return NOT_FOUND;
      // From the outermost loop inwards, each hands on what the next one keeps.
      through.forEach((loop, i) => this.expose(loop.id, through[i + 1]?.id ?? id));
      const [outermost] = through as [DifyNode];
      const inside = [...through.slice(1).map((loop) => loop.id), id];
      const steps = inside.flatMap((node) => [INNER, node]);
      return get(`$(${quoted(outermost.id)}).outputs`, [...steps, ...rest]);
    }
    return null;
  }

  expose(loop: string, node: string): void {
    const list = this.known.exposed.get(loop);
    if (list === undefined) this.known.exposed.set(loop, new Set([node]));
    else list.add(node);
  }
}

function get(from: string, rest: readonly string[]): string {
  return rest.length === 0 ? from : call('$get', from, ...rest.map(quoted));
}

const member = (from: string, name: string, rest: readonly string[]): string => get(from, [name, ...rest]);

/** The loops from a level inwards to a node inside them; null where an iteration is between, or it is not there. */
function loopsTo(level: Level, id: string): DifyNode[] | null {
  for (const node of level.nodes) {
    const inner = node.type === 'loop' ? level.inner.get(node.id) : undefined;
    if (inner === undefined) continue;
    if (inner.nodes.some((one) => one.id === id)) return [node];
    const deeper = loopsTo(inner, id);
    if (deeper !== null) return [node, ...deeper];
  }
  return null;
}

function system([name = '', ...rest]: readonly string[]): string {
  const given = member('$vars', `sys.${name}`, rest);
  switch (name) {
    case 'workflow_run_id':
    case 'conversation_id':
      return `${given} ?? $run.id`;
    case 'app_id':
    case 'workflow_id':
      return `${given} ?? $run.workflow`;
    case 'user_id':
      return `${given} ?? 'user'`;
    case 'timestamp':
      return `${given} ?? Math.floor($now.toSeconds())`;
    default:
      return given;
  }
}
