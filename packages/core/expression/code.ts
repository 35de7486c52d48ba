/**
 * Owns what code (the body of a function) reads: nodes and names, found in its tree. Does not check or rewrite it;
 * mistakes in code show when it runs.
 */
import type { Dialect } from '../model/definition.ts';
import type { ReferenceUse } from '../model/plan.ts';
import { rulesOf } from './dialect.ts';
import { inspect } from './inspect.ts';
import { parseBody } from './parse.ts';
import { freeIdentifiers } from './scope.ts';

export interface CodeReads {
  uses: [node: string, use: ReferenceUse][];
  names: ReadonlySet<string>;
}

/** Null: it cannot be parsed. Nodes that do not exist are left out. */
export function codeReads(source: string, dialect: Dialect, nodes: ReadonlySet<string>): CodeReads | null {
  const rules = rulesOf(dialect);
  try {
    const parsed = parseBody(source);
    if (!parsed.ok) return null;
    const free = freeIdentifiers(parsed.root);
    const { uses, names } = inspect(parsed.root, free, { names: rules.names.always, nodes }, rules);
    return { uses: uses.filter(([node]) => nodes.has(node)), names };
  } catch (error) {
    // The walk is recursive: code nested thousands of levels deep exhausts the stack.
    if (!(error instanceof RangeError)) throw error;
    return null;
  }
}
