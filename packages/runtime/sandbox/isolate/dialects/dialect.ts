/**
 * Owns what differs between the dialects of expressions when they run: the names, what a value becomes, what a
 * failing part gives. Chosen once, when a program is compiled. The other half, for compiling text, is
 * core/expression/dialect.ts.
 */
import type { Dialect } from '@rondo/core/model/definition.ts';
import type { Code } from '@rondo/core/model/plan.ts';
import type { Neighbours, Scope } from '../scope.ts';
import type { Evaluate, Place } from '../templates.ts';
import { dify } from './dify.ts';
import { n8n } from './n8n/n8n.ts';
import { native } from './native.ts';
import { openflow } from './openflow.ts';

/** Names of expressions and code, as source text of functions of the scope `s`. */
export interface Names {
  /** Those that are passed in; the language's own are found without help. */
  passed(names: readonly string[]): string[];
  source(name: string): string;
  /** What a call of a data function becomes; default: as in native text. */
  call?: (value: unknown, name: string, args: unknown[]) => unknown;
  /** Whether it has a value besides what a request or call gives. */
  knows(name: string): boolean;
}

export interface IsolateDialect {
  names: Names;
  scope(neighbours: Neighbours, plain: boolean): Scope;
  /** A lone part: its value. */
  expression(part: Code, place: Place): Evaluate;
  /** A part inside text. */
  text(part: Code, place: Place): Evaluate<string>;
  code: CodeRules;
  /** How messages are read; JSON.parse where nothing is said. */
  parse?(text: string): unknown;
}

/** What code of users is in a dialect. */
export interface CodeRules {
  names: Names;
  /** Whether the text is strict JavaScript. */
  strict: boolean;
  /** Why the text is refused before it runs; null: it is not. `each`: it runs per item. */
  refuses(source: string, each: boolean): (Told & { line: number }) | null;
  /** Named inputs, as the code gets them; as they are where nothing is said. */
  given?(names: Record<string, unknown>): Record<string, unknown>;
  /** What the code returned, as the node takes it. */
  result(value: unknown, scope: Scope): unknown;
  /** What is told about an error at a line of the text. */
  failed(error: unknown, line: number | null, scope: Scope, each: boolean): Told;
}

export interface Told {
  message: string;
  description?: string;
  /** Facts for programs. */
  data?: Record<string, unknown>;
}

const DIALECTS: Record<Dialect, IsolateDialect> = { native, n8n, openflow, dify };

export const dialectOf = (dialect: Dialect): IsolateDialect => DIALECTS[dialect];
