/**
 * Owns what an expression reads: names, references to nodes, and whether it gives the same answer
 * twice. Does not evaluate; where it cannot tell it assumes the worse.
 */
import { nearest } from '../model/shape.ts';
import type { ReferenceUse } from '../model/plan.ts';
import type { DialectRules, Reading } from './dialect.ts';
import { VOLATILE_FUNCTION_NAMES } from './function-names.ts';
import { INSTEAD } from './names.ts';
import { childrenOf, propertyName, unwrap, type Tree } from './parse.ts';
import { isCalled } from './references.ts';
import type { Free } from './scope.ts';

export interface Mistake {
  code: 'unknown-name' | 'unknown-node' | 'expression-syntax' | 'not-supported';
  message: string;
  /** Part of the text it is about. */
  start: number;
  end: number;
  /** What could stand there instead. */
  instead: string | null;
}

export interface Findings {
  names: Set<string>;
  uses: [node: string, use: ReferenceUse][];
  volatile: boolean;
  mistakes: Mistake[];
}

const VOLATILE_METHODS = new Set(['diffNow', 'toRelative', 'toRelativeCalendar', ...VOLATILE_FUNCTION_NAMES]);

export function inspect(
  root: Tree,
  free: readonly Free[],
  known: { names: ReadonlySet<string>; nodes: ReadonlySet<string> },
  rules: DialectRules,
): Findings {
  const findings: Findings = { names: new Set(), uses: [], volatile: false, mistakes: [] };
  for (const found of free) {
    const parents = found.ancestors.filter((tree) => tree.type !== 'ParenthesizedExpression');
    const isDeclared = known.names.has(found.name);
    const unsupported = isDeclared ? undefined : rules.unsupported.get(found.name);
    if (unsupported !== undefined) {
      findings.mistakes.push(mistake('not-supported', found.node, unsupported, null));
      continue;
    }
    if (!isDeclared && !rules.globals.has(found.name)) {
      // `typeof name` is the language's own way to ask whether a name exists.
      const asked = parents.at(-1);
      if (rules.unknownIsUndefined) findings.names.add(found.name);
      else if (asked?.type !== 'UnaryExpression' || asked.operator !== 'typeof') {
        findings.mistakes.push(unknownName(found, known.names, rules.globals));
      }
      continue;
    }
    if (isVolatile(found, parents)) findings.volatile = true;
    if (found.name === '$if' && isCalled(found.node, parents.at(-1))) {
      const call = parents.at(-1) as Tree;
      if ((call.arguments as Tree[]).length < 2 && !hasSpread(call)) {
        findings.mistakes.push(mistake('expression-syntax', call, '$if needs a condition and a value.', null));
      }
      // Rewritten to a conditional, so the name itself is not needed; with a spread it stays a call.
      if (hasSpread(call) || call.optional === true) findings.names.add('$if');
      continue;
    }
    if (!isDeclared) continue;
    findings.names.add(found.name);
    take(rules.reading(found, parents, known.nodes), findings);
  }
  take(rules.readingInside(root, known.nodes), findings);
  walkMembers(root, findings);
  return findings;
}

function take(reading: Reading | null, findings: Findings): void {
  if (reading === null) return;
  findings.uses.push(...reading.uses);
  findings.mistakes.push(...reading.mistakes);
  for (const name of reading.names ?? []) findings.names.add(name);
}

function mistake(code: Mistake['code'], at: Tree, message: string, instead: string | null): Mistake {
  return { code, message, start: at.start, end: at.end, instead };
}

function unknownName({ name, node }: Free, names: ReadonlySet<string>, globals: ReadonlySet<string>): Mistake {
  const other = INSTEAD.get(name);
  if (other !== undefined) {
    return mistake('unknown-name', node, `There is no name ${name} here; use ${other}.`, null);
  }
  // A forgotten $ is the likeliest slip, so `json` means $json rather than JSON.
  const near = (/^[a-z]/.test(name) ? nearest(`$${name}`, names) : null) ?? nearest(name, [...names, ...globals]);
  const hint = near === null ? '' : ` Did you mean ${near}?`;
  return mistake('unknown-name', node, `There is no name ${name} here.${hint}`, near);
}

function hasSpread(call: Tree): boolean {
  return (call.arguments as Tree[]).some((arg) => arg.type === 'SpreadElement');
}

function isVolatile({ name, node }: Free, parents: readonly Tree[]): boolean {
  if (name === '$now' || name === '$today') return true;
  if (!['Math', 'Date', 'DateTime', 'Intl'].includes(name)) return false;
  const parent = parents.at(-1);
  if (parent?.type === 'MemberExpression' && unwrap(parent.object as Tree) === node) {
    const property = propertyName(parent);
    if (property === null || property === 'now' || property === 'random') return true;
    if (name === 'Intl') return property === 'DateTimeFormat';
    const call = parents.at(-2);
    return (
      name === 'DateTime' &&
      (property === 'local' || property === 'utc') &&
      call?.type === 'CallExpression' &&
      (call.arguments as Tree[]).length === 0
    );
  }
  if (parent?.type === 'NewExpression' && unwrap(parent.callee as Tree) === node) {
    return (parent.arguments as Tree[]).length === 0 || hasSpread(parent);
  }
  // Anything but `x instanceof Date` hands the whole object on, and what becomes of it is not followed.
  return !(parent?.type === 'BinaryExpression' && parent.operator === 'instanceof');
}

function walkMembers(tree: Tree, findings: Findings): void {
  if (tree.type === 'ImportExpression') {
    findings.mistakes.push(mistake('expression-syntax', tree, 'import() cannot be used in an expression.', null));
  }
  if (tree.type === 'MemberExpression' && VOLATILE_METHODS.has(propertyName(tree) ?? '')) findings.volatile = true;
  for (const child of childrenOf(tree)) walkMembers(child, findings);
}
