/**
 * Owns what an expression reads: names, references to nodes, and whether it gives the same answer
 * twice. Does not evaluate; where it cannot tell it assumes the worse.
 */
import { nearest } from '../model/shape.ts';
import type { ReferenceUse } from '../model/plan.ts';
import { VOLATILE_FUNCTION_NAMES } from './function-names.ts';
import { GLOBALS, INSTEAD } from './names.ts';
import { childrenOf, propertyName, unwrap, type Tree } from './parse.ts';
import type { Free } from './scope.ts';

export interface Mistake {
  code: 'unknown-name' | 'unknown-node' | 'expression-syntax';
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
): Findings {
  const findings: Findings = { names: new Set(), uses: [], volatile: false, mistakes: [] };
  for (const found of free) {
    const parents = found.ancestors.filter((tree) => tree.type !== 'ParenthesizedExpression');
    const isDeclared = known.names.has(found.name);
    if (!isDeclared && !GLOBALS.has(found.name)) {
      // `typeof name` is the language's own way to ask whether a name exists.
      const asked = parents.at(-1);
      if (asked?.type !== 'UnaryExpression' || asked.operator !== 'typeof') {
        findings.mistakes.push(unknownName(found, known.names));
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
    if (isDeclared) findings.names.add(found.name);
    if (found.name === '$' && isDeclared) nodeReference(found, parents, known.nodes, findings);
  }
  walkMembers(root, findings);
  return findings;
}

function mistake(code: Mistake['code'], at: Tree, message: string, instead: string | null): Mistake {
  return { code, message, start: at.start, end: at.end, instead };
}

function unknownName({ name, node }: Free, names: ReadonlySet<string>): Mistake {
  const other = INSTEAD.get(name);
  if (other !== undefined) {
    return mistake('unknown-name', node, `There is no name ${name} here; use ${other}.`, null);
  }
  // A forgotten $ is the likeliest slip, so `json` means $json rather than JSON.
  const near = (/^[a-z]/.test(name) ? nearest(`$${name}`, names) : null) ?? nearest(name, [...names, ...GLOBALS]);
  const hint = near === null ? '' : ` Did you mean ${near}?`;
  return mistake('unknown-name', node, `There is no name ${name} here.${hint}`, near);
}

function isCalled(node: Tree, parent: Tree | undefined): parent is Tree {
  return parent?.type === 'CallExpression' && unwrap(parent.callee as Tree) === node;
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

function nodeReference(found: Free, parents: readonly Tree[], nodes: ReadonlySet<string>, findings: Findings): void {
  const call = parents.at(-1);
  if (!isCalled(found.node, call)) {
    findings.mistakes.push(
      mistake('expression-syntax', found.node, "$ must be called with the id of a node: $('node').", null),
    );
    return;
  }
  const name = (call.arguments as Tree[])[0];
  const node = name === undefined ? null : literalText(unwrap(name));
  if (name === undefined || node === null) {
    findings.mistakes.push(
      mistake(
        'expression-syntax',
        name ?? call,
        "$() needs the id of a node as a plain text, such as $('node'); a computed one cannot be checked.",
        null,
      ),
    );
    return;
  }
  if (!nodes.has(node)) {
    const near = nearest(node, nodes);
    const others = [...nodes].slice(0, 8).join(', ');
    const hint = near !== null ? `Did you mean ${near}?` : others === '' ? '' : `Nodes here: ${others}.`;
    const instead = near === null ? null : JSON.stringify(near).replaceAll('"', "'");
    findings.mistakes.push(
      mistake('unknown-node', name, `There is no node ${node} that can be read here. ${hint}`.trim(), instead),
    );
  }
  findings.uses.push([node, useOf(call, parents.slice(0, -1))]);
}

function literalText(tree: Tree): string | null {
  if (tree.type === 'Literal') return typeof tree.value === 'string' ? tree.value : null;
  if (tree.type !== 'TemplateLiteral' || (tree.expressions as Tree[]).length > 0) return null;
  const [quasi] = tree.quasis as Tree[];
  return (quasi?.value as { cooked?: string | null } | undefined)?.cooked ?? null;
}

/** first, last and all count as such only without arguments, which choose another output or run. */
function useOf(call: Tree, outer: readonly Tree[]): ReferenceUse {
  const around = outer.filter((tree) => tree.type !== 'ChainExpression');
  const member = around.at(-1);
  if (member?.type !== 'MemberExpression' || unwrap(member.object as Tree) !== call) return 'other';
  const property = propertyName(member);
  if (property === 'item') return 'item';
  if (property !== 'first' && property !== 'last' && property !== 'all') return 'other';
  const method = around.at(-2);
  const isPlainCall = isCalled(member, method) && (method.arguments as Tree[]).length === 0;
  return isPlainCall ? property : 'other';
}

function walkMembers(tree: Tree, findings: Findings): void {
  if (tree.type === 'ImportExpression') {
    findings.mistakes.push(mistake('expression-syntax', tree, 'import() cannot be used in an expression.', null));
  }
  if (tree.type === 'MemberExpression' && VOLATILE_METHODS.has(propertyName(tree) ?? '')) findings.volatile = true;
  for (const child of childrenOf(tree)) walkMembers(child, findings);
}
