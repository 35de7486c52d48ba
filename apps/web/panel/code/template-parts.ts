/**
 * Owns where the expressions are in a text, by the rules of its dialect, and what the compiler says of it in the
 * browser. Does not evaluate: that is the server's.
 */
import { compileParameter } from '@rondo/core/expression/compile.ts';
import { rulesOf } from '@rondo/core/expression/dialect.ts';
import type { Diagnostic } from '@rondo/api/schemas/shared.ts';
import type { Dialect } from '@rondo/core/model/definition.ts';

export interface CodePart {
  /** Of the code between the braces. */
  from: number;
  to: number;
  closed: boolean;
}

export function codeParts(text: string, dialect: Dialect): CodePart[] {
  if (!text.includes('{{')) return [];
  return rulesOf(dialect)
    .split(text)
    .flatMap((part) =>
      part.kind === 'code' ? [{ from: part.offset, to: part.offset + part.code.length, closed: part.closed }] : [],
    );
}

/** The part that a place is in; also of one that is not closed yet. */
export function partAt(text: string, at: number, dialect: Dialect): CodePart | null {
  return codeParts(text, dialect).find((part) => at >= part.from && at <= part.to) ?? null;
}

/** Where an expression stands decides what it may name. */
export type ExpressionPlace = 'always' | 'page' | 'failure';

export function mistakesOf(
  text: string,
  { dialect, nodes, place = 'always' }: { dialect: Dialect; nodes: readonly string[]; place?: ExpressionPlace },
): Diagnostic[] {
  const names = rulesOf(dialect).names[place];
  return compileParameter(text, { path: [], dialect, names, nodes: new Set(nodes) }).diagnostics;
}
