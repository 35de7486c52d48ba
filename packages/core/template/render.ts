/** Owns the rendering of parsed templates: statements, scopes, loops, macros. Pure. */
import { evaluate, callWith, type Scope, Frame } from './evaluate.ts';
import { applyFilter } from './filters.ts';
import type { Argument, Expression, Statement } from './syntax.ts';
import { elements, isMapping, Markup, Namespace, repr, text, truthy, Undefined, type Callable } from './value.ts';

export function renderBody(body: readonly Statement[], scope: Scope): string {
  let out = '';
  for (const statement of body) out += renderStatement(statement, scope);
  return out;
}

function renderStatement(s: Statement, scope: Scope): string {
  switch (s.kind) {
    case 'text':
      return s.text;
    case 'print':
      return text(evaluate(s.value, scope));
    case 'if':
      for (const branch of s.branches) {
        if (branch.condition === null || truthy(evaluate(branch.condition, scope))) return renderBody(branch.body, scope);
      }
      return '';
    case 'for':
      return renderFor(s, scope, evaluate(s.list, scope), 0);
    case 'set': {
      const value = s.value === null ? filtered(new Markup(renderBody(s.body, scope)), s.filters, scope) : evaluate(s.value, scope);
      if (s.attribute !== null) {
        const target = scope.get(s.targets[0] as string);
        if (!(target instanceof Namespace)) throw new Error('Only attributes of a namespace can be set');
        target.fields.set(s.attribute, value);
      } else bind(s.targets, s.value === null ? text(value) : value, scope);
      return '';
    }
    case 'macro':
      scope.set(s.name, macro(s.parameters, s.body, scope));
      return '';
    case 'call': {
      const caller = macro(s.parameters, s.body, scope);
      const value = s.value.kind === 'call' ? callWith(s.value, scope, caller) : evaluate(s.value, scope);
      return text(value);
    }
    case 'filter':
      return text(filtered(renderBody(s.body, scope), s.filters, scope));
    case 'with': {
      const inner = scope.child();
      for (const [name, value] of s.bindings) inner.set(name, evaluate(value, scope));
      return renderBody(s.body, inner);
    }
  }
}

function filtered(value: unknown, filters: { name: string; args: Argument[] }[], scope: Scope): unknown {
  return filters.reduce((v, f) => applyFilter(f.name, v, f.args.map((a) => ({ name: a.name, value: evaluate(a.value, scope) })), scope), value instanceof Markup ? value.text : value);
}

function bind(targets: readonly string[], value: unknown, scope: Scope): void {
  if (targets.length === 1) {
    scope.set(targets[0] as string, value);
    return;
  }
  const parts = elements(value);
  if (parts.length !== targets.length) throw new Error(`${parts.length} values for ${targets.length} names`);
  targets.forEach((name, i) => scope.set(name, parts[i]));
}

function renderFor(s: Statement & { kind: 'for' }, outer: Scope, value: unknown, depth: number): string {
  let list = elements(value);
  if (s.condition !== null) {
    const { condition } = s;
    list = list.filter((element) => {
      const inner = outer.child();
      bind(s.targets, element, inner);
      return truthy(evaluate(condition, inner));
    });
  }
  if (list.length === 0) return renderBody(s.otherwise, outer);
  let out = '';
  const state: { last: unknown; any: boolean } = { last: undefined, any: false };
  for (const [i, element] of list.entries()) {
    const inner = outer.child();
    bind(s.targets, element, inner);
    const changed: Callable = (args) => {
      const same = state.any && repr(args) === state.last;
      state.last = repr(args);
      state.any = true;
      return !same;
    };
    const loop: Record<string, unknown> = {
      index: i + 1,
      index0: i,
      revindex: list.length - i,
      revindex0: list.length - i - 1,
      first: i === 0,
      last: i === list.length - 1,
      length: list.length,
      depth: depth + 1,
      depth0: depth,
      previtem: i === 0 ? new Undefined('previtem') : list[i - 1],
      nextitem: i === list.length - 1 ? new Undefined('nextitem') : list[i + 1],
      cycle: ((args) => args[i % args.length]) satisfies Callable,
      changed,
    };
    inner.set('loop', s.recursive ? Object.assign((args: unknown[]) => renderFor(s, outer, args[0], depth + 1), loop) : loop);
    out += renderBody(s.body, inner);
  }
  return out;
}

function macro(parameters: { name: string; value: Expression | null }[], body: Statement[], scope: Scope): Callable {
  return (args, named) => {
    const inner = scope.child();
    for (const [i, parameter] of parameters.entries()) {
      const given = i < args.length ? args[i] : named.get(parameter.name);
      const value = given !== undefined ? given : parameter.value === null ? new Undefined(parameter.name) : evaluate(parameter.value, inner);
      inner.set(parameter.name, value);
    }
    inner.set('varargs', args.slice(parameters.length));
    const caller = named.get('caller');
    if (caller !== undefined) inner.set('caller', caller);
    return new Markup(renderBody(body, inner));
  };
}

export function rootScope(context: unknown): Scope {
  const scope = new Frame(null);
  if (isMapping(context)) for (const key of Object.keys(context)) scope.set(key, context[key]);
  return scope;
}
