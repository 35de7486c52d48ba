/**
 * Owns what a lint rule is and what it finds. A rule warns only of what is very likely wrong: a linter that cries
 * wolf is switched off.
 */
import type { Code, TextEdit } from '../errors.ts';
import type { Amounts } from './amount.ts';
import type { LintGraph, LintNode } from './graph.ts';

export interface Finding {
  node: LintNode;
  message: string;
  /** What to do, and edits of the definition where that is safe. */
  fix: { text: string; edits?: TextEdit[] };
  /** Default: warning. */
  severity?: 'warning' | 'hint';
  /** Place below the node; default the node itself. */
  at?: (string | number)[];
}

export interface Rule {
  code: Code;
  find(graph: LintGraph, amounts: Amounts): Finding[];
}
