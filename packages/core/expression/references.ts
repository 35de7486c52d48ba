/**
 * Owns reading references to nodes out of a tree: `$('node')` and how it is used. Does not know which dialect
 * allows what.
 */
import type { ReferenceUse } from '../model/plan.ts';
import { propertyName, unwrap, type Tree } from './parse.ts';

export function isCalled(node: Tree, parent: Tree | undefined): parent is Tree {
  return parent?.type === 'CallExpression' && unwrap(parent.callee as Tree) === node;
}

/** The text that a literal is; null for anything that is computed. */
export function literalText(tree: Tree): string | null {
  if (tree.type === 'Literal') return typeof tree.value === 'string' ? tree.value : null;
  if (tree.type !== 'TemplateLiteral' || (tree.expressions as Tree[]).length > 0) return null;
  const [quasi] = tree.quasis as Tree[];
  return (quasi?.value as { cooked?: string | null } | undefined)?.cooked ?? null;
}

export interface MemberUse {
  property: string | null;
  /** Number of arguments when the member is called; null when it is not, or has a spread. */
  args: number | null;
}

/** What is done with the value of `tree`: the member that is read, and how it is called. `outer`: its ancestors. */
export function memberUse(tree: Tree, outer: readonly Tree[]): MemberUse | null {
  const around = outer.filter((one) => one.type !== 'ChainExpression' && one.type !== 'ParenthesizedExpression');
  const member = around.at(-1);
  if (member?.type !== 'MemberExpression' || unwrap(member.object as Tree) !== tree) return null;
  const method = around.at(-2);
  const args = isCalled(member, method) ? (method.arguments as Tree[]) : null;
  const counted = args === null || args.some((arg) => arg.type === 'SpreadElement') ? null : args.length;
  return { property: propertyName(member), args: counted };
}

/** first, last and all count as such only without arguments, which choose another output or run. */
export function nativeUse(call: Tree, outer: readonly Tree[]): ReferenceUse {
  const use = memberUse(call, outer);
  if (use === null) return 'other';
  const { property, args } = use;
  if (property === 'item') return 'item';
  if (property !== 'first' && property !== 'last' && property !== 'all') return 'other';
  return args === 0 ? property : 'other';
}
