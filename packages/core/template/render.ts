/** Owns the rendering of parsed templates: statements, scopes, loops, macros. Pure. */
import { chargeList, checkText, deeper, spend } from './budget.ts';
import { callWith, evaluate, given, Scope } from './evaluate.ts';
import { applyFilter } from './filters.ts';
import { text } from './spell.ts';
import {
  TemplateError,
  type FilterCall,
  type MacroUses,
  type Parameter,
  type Statement,
  type Target,
} from './syntax.ts';
import {
  Dict,
  elements,
  equal,
  isMapping,
  Namespace,
  Native,
  truthy,
  tuple,
  Undefined,
  type Callable,
} from './value.ts';

export function renderBody(body: readonly Statement[], scope: Scope): string {
  let out = '';
  for (const statement of body) {
    if (statement.kind === 'text') out += statement.text;
    else out += located(statement, scope);
    checkText(out.length);
  }
  return out;
}

/** Gives an error the line of the innermost statement that it comes from. */
function located(statement: Exclude<Statement, { kind: 'text' }>, scope: Scope): string {
  spend();
  try {
    return renderStatement(statement, scope);
  } catch (error) {
    if (error instanceof TemplateError || !(error instanceof Error)) throw error;
    throw new TemplateError(
      error instanceof RangeError ? 'The template is nested too deep' : error.message,
      statement.line,
    );
  }
}

function renderStatement(s: Exclude<Statement, { kind: 'text' }>, scope: Scope): string {
  switch (s.kind) {
    case 'print':
      return text(evaluate(s.value, scope));
    case 'if':
      for (const branch of s.branches) {
        if (branch.condition === null || truthy(evaluate(branch.condition, scope)))
          return renderBody(branch.body, scope);
      }
      return '';
    case 'for':
      return renderFor(s, scope, evaluate(s.list, scope), 0);
    case 'set':
      assign(s.target, s.attribute, evaluate(s.value, scope), scope);
      return '';
    case 'setBlock':
      assign(s.target, s.attribute, filtered(renderBody(s.body, scope.child()), s.filters, scope), scope);
      return '';
    case 'macro':
      scope.set(s.name, macro(s.name, s.parameters, s.body, s.uses, scope));
      return '';
    case 'call': {
      if (s.value.kind !== 'call') throw new Error('call needs a call');
      return text(callWith(s.value, scope, macro('caller', s.parameters, s.body, s.uses, scope)));
    }
    case 'filter':
      return text(filtered(renderBody(s.body, scope.child()), s.filters, scope));
    case 'with': {
      const inner = scope.child();
      for (const [target, value] of s.bindings) bindTarget(target, evaluate(value, scope), inner);
      return renderBody(s.body, inner);
    }
  }
}

function filtered(value: unknown, filters: readonly FilterCall[], scope: Scope): unknown {
  return filters.reduce((v, f) => applyFilter(f.name, v, given(f.args, scope), scope), value);
}

function assign(target: Target, attribute: string | null, value: unknown, scope: Scope): void {
  if (attribute === null || typeof target !== 'string') {
    bindTarget(target, value, scope);
    return;
  }
  const space = scope.get(target);
  if (!(space instanceof Namespace)) throw new Error('Only attributes of a namespace can be set');
  space.fields.set(attribute, value);
}

function bindTarget(target: Target, value: unknown, scope: Scope): void {
  if (typeof target === 'string') {
    scope.set(target, value);
    return;
  }
  const parts = elements(value);
  if (parts.length !== target.length) throw new Error(`${parts.length} values for ${target.length} names`);
  for (const [i, inner] of target.entries()) bindTarget(inner, parts[i], scope);
}

interface Position {
  list: unknown[];
  at: number;
  depth: number;
  /** Arguments of the last loop.changed. */
  seen: { last: unknown[] | null };
}

function loopAttribute({ list, at, depth, seen }: Position, name: string): unknown {
  switch (name) {
    case 'index':
      return at + 1;
    case 'index0':
      return at;
    case 'revindex':
      return list.length - at;
    case 'revindex0':
      return list.length - at - 1;
    case 'first':
      return at === 0;
    case 'last':
      return at === list.length - 1;
    case 'length':
      return list.length;
    case 'depth':
      return depth + 1;
    case 'depth0':
      return depth;
    case 'previtem':
      return at === 0 ? new Undefined('There is no previous item') : list[at - 1];
    case 'nextitem':
      return at === list.length - 1 ? new Undefined('There is no next item') : list[at + 1];
    case 'cycle':
      return new Native('method cycle', (args) => {
        if (args.length === 0) throw new Error('cycle needs at least one value');
        return args[at % args.length];
      });
    case 'changed':
      return new Native('method changed', (args) => {
        const same = seen.last !== null && equal(seen.last, args);
        seen.last = args;
        return !same;
      });
    default:
      return undefined;
  }
}

function renderFor(s: Statement & { kind: 'for' }, outer: Scope, value: unknown, depth: number): string {
  // A copy, for the body may change a list it made.
  let list = [...elements(value)];
  chargeList(list.length);
  if (s.condition !== null) {
    const { condition } = s;
    list = list.filter((element) => {
      spend();
      const inner = outer.child();
      bindTarget(s.target, element, inner);
      return truthy(evaluate(condition, inner));
    });
  }
  if (list.length === 0) return renderBody(s.otherwise, outer.child());
  let out = '';
  const seen = { last: null };
  const again: Callable | null = s.recursive ? ([more]) => deeper(() => renderFor(s, outer, more, depth + 1)) : null;
  for (let at = 0; at < list.length; at += 1) {
    spend();
    const inner = outer.child();
    const position: Position = { list, at, depth, seen };
    inner.set(
      'loop',
      new Native(`LoopContext ${at + 1}/${list.length}`, again, (name) => loopAttribute(position, name)),
    );
    bindTarget(s.target, list[at], inner);
    out += renderBody(s.body, inner);
    checkText(out.length);
  }
  return out;
}

function macro(name: string, parameters: Parameter[], body: Statement[], uses: MacroUses, scope: Scope): Native {
  const names = new Set(parameters.map((p) => p.name));
  const call: Callable = (args, named) =>
    deeper(() => {
      if (args.length > parameters.length && !uses.varargs)
        throw new Error(`${name} takes at most ${parameters.length} arguments`);
      const inner = scope.child();
      const rest = new Dict();
      for (const [key, value] of named) {
        if (names.has(key) || (key === 'caller' && uses.caller)) continue;
        if (!uses.kwargs)
          throw new Error(key === 'caller' ? `${name} does not use caller` : `${name} has no argument ${key}`);
        rest.set(key, value);
      }
      for (const [i, parameter] of parameters.entries()) {
        if (i < args.length && named.has(parameter.name)) throw new Error(`${parameter.name} is given twice`);
        const value = i < args.length ? args[i] : named.get(parameter.name);
        inner.set(
          parameter.name,
          value !== undefined
            ? value
            : parameter.value === null
              ? new Undefined(`${parameter.name} is not given`)
              : evaluate(parameter.value, inner),
        );
      }
      if (uses.varargs && !names.has('varargs')) inner.set('varargs', tuple(args.slice(parameters.length)));
      if (uses.kwargs && !names.has('kwargs')) inner.set('kwargs', rest);
      if (uses.caller && !names.has('caller'))
        inner.set('caller', named.get('caller') ?? new Undefined('There is no caller'));
      return renderBody(body, inner);
    });
  return new Native(`Macro '${name}'`, call, (attribute) => {
    if (attribute === 'name') return name;
    if (attribute === 'arguments') return tuple(names);
    if (attribute === 'catch_varargs') return uses.varargs;
    if (attribute === 'catch_kwargs') return uses.kwargs;
    return attribute === 'caller' ? uses.caller : undefined;
  });
}

export function rootScope(context: unknown): Scope {
  const scope = new Scope(null);
  if (isMapping(context) && !(context instanceof Dict)) {
    for (const key of Object.keys(context)) if (context[key] !== undefined) scope.set(key, context[key]);
  }
  return scope.child();
}
