/**
 * Owns compiling one parameter: any JSON value whose strings may hold `{{ }}` becomes a Template, with
 * what it reads and every mistake in it. Does not know nodes, loops or ports (compile/ does) and does
 * not evaluate.
 */
import { diagnostic, type Diagnostic } from '../errors.ts';
import type { Json } from '../model/item.ts';
import type { Code, Reference, ReferenceUse, Template } from '../model/plan.ts';
import { DATE_FUNCTION_NAMES } from './function-names.ts';
import type { Dialect } from '../model/definition.ts';
import { rulesOf, type DialectRules } from './dialect.ts';
import { inspect, type Mistake } from './inspect.ts';
import { rewrite } from './rewrite.ts';
import { itemPath } from './item-path.ts';
import { freeIdentifiers } from './scope.ts';
import { isTemplate } from './split.ts';

export interface Where {
  /** Place of the parameter in the file. */
  path: (string | number)[];
  /** Node the parameter belongs to, for diagnostics. */
  node?: string;
  /** Default: native. */
  dialect?: Dialect;
  /** Names that exist besides those of the language (names.ts). */
  names: ReadonlySet<string>;
  /** Ids of the nodes that can be referenced here. */
  nodes: ReadonlySet<string>;
}

export interface Compiled {
  template: Template;
  references: Reference[];
  /** Free scope names that the code uses; `$fn` and the language's own names are not among them. */
  names: string[];
  /** Evaluating it twice may give two answers. */
  volatile: boolean;
  diagnostics: Diagnostic[];
}

interface Collected {
  where: Where;
  rules: DialectRules;
  uses: Map<string, Set<ReferenceUse>>;
  names: Set<string>;
  volatile: boolean;
  diagnostics: Diagnostic[];
}

/** Never throws. With an error among the diagnostics the template is not to be run. */
export function compileParameter(value: Json, where: Where): Compiled {
  const collected: Collected = {
    where,
    rules: rulesOf(where.dialect ?? 'native'),
    uses: new Map(),
    names: new Set(),
    volatile: false,
    diagnostics: [],
  };
  return {
    template: compileValue(value, where.path, collected),
    references: [...collected.uses].map(([node, uses]) => ({ node, uses: [...uses] })),
    names: [...collected.names],
    volatile: collected.volatile,
    diagnostics: collected.diagnostics,
  };
}

function compileValue(value: Json, path: (string | number)[], into: Collected): Template {
  if (typeof value === 'string') return isTemplate(value) ? compileText(value, path, into) : literal(value);
  if (value === null || typeof value !== 'object') return literal(value);
  if (Array.isArray(value)) {
    const items = value.map((element, i) => compileValue(element, [...path, i], into));
    return items.every(isLiteral) ? literal(items.map((item) => item.value)) : { kind: 'list', items };
  }
  const entries = Object.entries(value).map(([key, member]): [string, Template] => [
    key,
    compileValue(member, [...path, key], into),
  ]);
  const plain = entries.flatMap(([key, member]): [string, Json][] => (isLiteral(member) ? [[key, member.value]] : []));
  return plain.length === entries.length ? literal(Object.fromEntries(plain)) : { kind: 'object', entries };
}

function literal(value: Json): Template {
  return { kind: 'literal', value };
}

function isLiteral(template: Template): template is { kind: 'literal'; value: Json } {
  return template.kind === 'literal';
}

function compileText(text: string, path: (string | number)[], into: Collected): Template {
  const parts = into.rules.split(text).map((part) => {
    if (part.kind === 'text') return part.text;
    if (!part.closed && !into.rules.closesItself) {
      report(into, text, path, {
        code: 'expression-syntax',
        message: 'This {{ is never closed by }}. Write \\{{ for the text itself.',
        start: part.offset - 2,
        end: part.offset,
        instead: null,
      });
      return '';
    }
    return compileCode(part.code, part.offset, text, path, into);
  });
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) {
    return typeof only === 'string' ? literal(only) : { kind: 'expression', ...only };
  }
  if (parts.every((part) => typeof part === 'string')) return literal(parts.join(''));
  return { kind: 'text', parts };
}

function compileCode(source: string, offset: number, text: string, path: (string | number)[], into: Collected): Code {
  const { rules, where } = into;
  const broken = (message: string, at: number): Code => {
    report(into, text, path, { code: 'expression-syntax', message, start: at, end: at, instead: null });
    return { code: 'undefined', source: source.trim(), names: [], broken: message };
  };
  const parsed = rules.parse(source);
  if (!parsed.ok) return broken(parsed.message, offset + parsed.offset);
  try {
    const refused = rules.refuses(text, parsed.root);
    if (refused !== null) return broken(refused, offset);
    const free = freeIdentifiers(parsed.root);
    const findings = inspect(parsed.root, free, where, rules);
    // The parser saw the expression inside a wrapper of fixed length.
    const shift = offset - parsed.start;
    for (const found of findings.mistakes) {
      report(into, text, path, { ...found, start: found.start + shift, end: found.end + shift });
    }
    for (const name of findings.names) into.names.add(name);
    for (const [node, use] of findings.uses) into.uses.set(node, (into.uses.get(node) ?? new Set()).add(use));
    into.volatile ||= findings.volatile;
    const fields = itemPath(source);
    const fatal = rules.failsLate ? findings.mistakes.find((found) => found.code === 'expression-syntax') : undefined;
    return {
      code: rewrite(parsed.text, parsed.root, new Set(free.map((one) => one.node)), rules),
      source: source.trim(),
      names: [...findings.names],
      ...(fields === null ? {} : { path: fields }),
      ...(fatal === undefined ? {} : { broken: fatal.message }),
    };
  } catch (error) {
    // The walk is recursive: an expression nested thousands of levels deep exhausts the stack.
    if (!(error instanceof RangeError)) throw error;
    return broken('It is nested too deeply.', offset);
  }
}

function report(into: Collected, text: string, path: (string | number)[], found: Mistake): void {
  const before = text.slice(0, found.start);
  const line = before.split('\n').length;
  const column = found.start - before.lastIndexOf('\n');
  const place = line === 1 ? `column ${column}` : `line ${line}, column ${column}`;
  const node = into.where.node === undefined ? {} : { node: into.where.node };
  const fix =
    found.instead === null
      ? null
      : {
          text: `Use ${found.instead}.`,
          edits: [{ path, value: text.slice(0, found.start) + found.instead + text.slice(found.end) }],
        };
  const late = into.rules.failsLate && found.code !== 'not-supported';
  const severity = late ? ('warning' as const) : ('error' as const);
  const message = `${found.message} (${place} of the text)`;
  into.diagnostics.push(diagnostic(found.code, path, message, { ...node, fix, severity }));
}

/** Whether evaluating the template may need the date library; loading it costs start-up time. */
export function usesDates(template: Template): boolean {
  switch (template.kind) {
    case 'literal':
      return false;
    case 'expression':
      return codeUsesDates(template);
    case 'text':
      return template.parts.some((part) => typeof part !== 'string' && codeUsesDates(part));
    case 'object':
      return template.entries.some(([, member]) => usesDates(member));
    case 'list':
      return template.items.some(usesDates);
  }
}

const DATE_NAMES = new Set(['DateTime', 'Duration', 'Interval', '$now', '$today']);

function codeUsesDates({ code, names }: Code): boolean {
  if (names.some((name) => DATE_NAMES.has(name))) return true;
  for (const [, name] of code.matchAll(/, "(\w+)", \[/g)) if (DATE_FUNCTION_NAMES.has(name as string)) return true;
  return false;
}
