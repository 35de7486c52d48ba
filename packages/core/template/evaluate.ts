/** Owns the evaluation of Jinja2 expressions over plain data. Each step is paid from the budget. */
import { getAttribute, getItem } from './access.ts';
import type { Given } from './arguments.ts';
import { spend } from './budget.ts';
import { applyFilter } from './filters.ts';
import { globals, unknownName } from './globals.ts';
import { arithmetic, holds, slice, unary } from './operators.ts';
import { text } from './spell.ts';
import { applyTest } from './tests.ts';
import type { Argument, Expression } from './syntax.ts';
import { Dict, elements, entriesOf, isMapping, made, Native, refuse, truthy, tuple, Undefined } from './value.ts';

export class Scope {
  readonly #names = new Map<string, unknown>();
  readonly #parent: Scope | null;
  constructor(parent: Scope | null) {
    this.#parent = parent;
  }
  get(name: string): unknown {
    if (this.#names.has(name)) return this.#names.get(name);
    return this.#parent === null ? globals.get(name) : this.#parent.get(name);
  }
  set(name: string, value: unknown): void {
    this.#names.set(name, value);
  }
  child(): Scope {
    return new Scope(this);
  }
}

export function evaluate(e: Expression, scope: Scope): unknown {
  if (e.kind === 'literal') return e.value;
  if (e.kind === 'name') return scope.get(e.name) ?? (scope.get(e.name) === null ? null : unknownName(e.name));
  spend();
  switch (e.kind) {
    case 'list': {
      const list = e.items.map((item) => evaluate(item, scope));
      return e.tuple ? tuple(list) : made(list);
    }
    case 'dict': {
      const dict = new Dict();
      for (const [key, value] of e.entries) dict.set(evaluate(key, scope), evaluate(value, scope));
      return dict;
    }
    case 'member': {
      const object = evaluate(e.object, scope);
      const key = evaluate(e.key, scope);
      return e.dotted ? getAttribute(object, text(key)) : getItem(object, key);
    }
    case 'slice':
      return slice(
        evaluate(e.object, scope),
        e.from && evaluate(e.from, scope),
        e.to && evaluate(e.to, scope),
        e.step && evaluate(e.step, scope),
      );
    case 'call':
      return callWith(e, scope, null);
    case 'filter':
      return applyFilter(e.name, evaluate(e.value, scope), given(e.args, scope), scope);
    case 'test':
      return (
        applyTest(
          e.name,
          evaluate(e.value, scope),
          given(e.args, scope).map((a) => a.value),
        ) !== e.negated
      );
    case 'unary':
      return e.operator === 'not' ? !truthy(evaluate(e.value, scope)) : unary(e.operator, evaluate(e.value, scope));
    case 'binary':
      return binary(e, scope);
    case 'compare':
      return compare(e, scope);
    case 'if':
      if (truthy(evaluate(e.condition, scope))) return evaluate(e.value, scope);
      return e.otherwise === null ? new Undefined('The inline if has no else') : evaluate(e.otherwise, scope);
  }
}

export function given(args: readonly Argument[], scope: Scope): Given[] {
  const out: Given[] = [];
  for (const { name, value, spread } of args) {
    const v = evaluate(value, scope);
    if (spread === 'list') for (const element of elements(v)) out.push({ name: null, value: element });
    else if (spread === 'dict') {
      if (!isMapping(v)) throw new Error('** needs a dict');
      for (const [k, element] of entriesOf(v)) out.push({ name: text(k), value: element });
    } else out.push({ name, value: v });
  }
  return out;
}

function calleeName(e: Expression): string {
  if (e.kind === 'name') return e.name;
  return e.kind === 'member' && e.key.kind === 'literal' ? text(e.key.value) : 'This';
}

export function callWith(e: Expression & { kind: 'call' }, scope: Scope, caller: Native | null): unknown {
  const callee = evaluate(e.callee, scope);
  refuse(callee);
  if (!(callee instanceof Native) || callee.call === null) throw new Error(`${calleeName(e.callee)} is not a function`);
  const args: unknown[] = [];
  const named = new Map<string, unknown>();
  for (const { name, value } of given(e.args, scope)) {
    if (name === null) args.push(value);
    else if (named.has(name)) throw new Error(`${name} is given twice`);
    else named.set(name, value);
  }
  if (caller !== null) named.set('caller', caller);
  return callee.call(args, named);
}

function binary(e: Expression & { kind: 'binary' }, scope: Scope): unknown {
  const left = evaluate(e.left, scope);
  if (e.operator === 'and') return truthy(left) ? evaluate(e.right, scope) : left;
  if (e.operator === 'or') return truthy(left) ? left : evaluate(e.right, scope);
  return arithmetic(e.operator, left, evaluate(e.right, scope));
}

function compare(e: Expression & { kind: 'compare' }, scope: Scope): boolean {
  let left = evaluate(e.left, scope);
  for (const { operator, value } of e.rest) {
    const right = evaluate(value, scope);
    if (!holds(operator, left, right)) return false;
    left = right;
  }
  return true;
}
