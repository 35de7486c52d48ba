/**
 * Owns what differs between the dialects of expressions when they are compiled: which names there are, where a part
 * ends, what stands in it, how nodes are referred to, what a mistake means. Does not evaluate; the isolate has the
 * other half (runtime/sandbox/isolate/dialects).
 *
 * A string is a template in every dialect when it holds `{{`, and `\{{` is the text `{{`: that is the file's rule.
 */
import type { Dialect } from '../model/definition.ts';
import type { ReferenceUse } from '../model/plan.ts';
import { dify } from './dialects/dify.ts';
import { n8n } from './dialects/n8n.ts';
import { native } from './dialects/native.ts';
import { openflow } from './dialects/openflow.ts';
import type { Mistake } from './inspect.ts';
import type { Parsed, Tree } from './parse.ts';
import type { Free } from './scope.ts';
import type { Part } from './split.ts';

/** Nodes that one name reads. */
export interface Reading {
  uses: [node: string, use: ReferenceUse][];
  mistakes: Mistake[];
  /** Further names that have to be at hand. */
  names?: string[];
}

export interface NamesAt {
  always: ReadonlySet<string>;
  /** With the names about the last page of a request. */
  page: ReadonlySet<string>;
  /** With what went wrong. */
  failure: ReadonlySet<string>;
}

export interface DialectRules {
  /** Names without the language's own, by where an expression stands. */
  names: NamesAt;
  /** Names of the language itself. */
  globals: ReadonlySet<string>;
  /** Names that the dialect has and Rondo has nothing for, with what to tell. */
  unsupported: ReadonlyMap<string, string>;
  /** A name that does not exist is `undefined` instead of a mistake. */
  unknownIsUndefined: boolean;
  /**
   * Mistakes in expressions are warnings, and evaluating the part fails: the dialect knows them no earlier, and the
   * part may never be reached.
   */
  failsLate: boolean;
  /** A part that is never closed ends with the text. */
  closesItself: boolean;
  split(text: string): Part[];
  parse(code: string): Parsed;
  /** What it refuses in the text of a parameter, or in the tree of a part; null: nothing. */
  refuses(text: string, root: Tree | null): string | null;
  /** Names that values have as methods besides those of the language: data functions. */
  functions: ReadonlySet<string>;
  /** Scope names whose methods are their own, never data functions. */
  ownMethods: ReadonlySet<string>;
  /** Null: the name reads no nodes. `parents` is without parentheses. */
  reading(found: Free, parents: readonly Tree[], nodes: ReadonlySet<string>): Reading | null;
  /** Nodes read by what is no free name, such as `$item(0).$node["X"]`. */
  readingInside(root: Tree, nodes: ReadonlySet<string>): Reading | null;
}

const RULES: Record<Dialect, DialectRules> = { native, n8n, openflow, dify };

export const rulesOf = (dialect: Dialect): DialectRules => RULES[dialect];
