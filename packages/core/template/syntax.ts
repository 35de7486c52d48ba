/** Owns the syntax tree of Jinja2-compatible templates. Data only. */

export type Expression =
  | { kind: 'literal'; value: unknown }
  | { kind: 'name'; name: string }
  | { kind: 'list'; items: Expression[] }
  | { kind: 'dict'; entries: [Expression, Expression][] }
  | { kind: 'member'; object: Expression; key: Expression; dotted: boolean }
  | { kind: 'slice'; object: Expression; from: Expression | null; to: Expression | null; step: Expression | null }
  | { kind: 'call'; callee: Expression; args: Argument[] }
  | { kind: 'filter'; value: Expression; name: string; args: Argument[] }
  | { kind: 'test'; value: Expression; name: string; args: Argument[]; negated: boolean }
  | { kind: 'unary'; operator: 'not' | '-' | '+'; value: Expression }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression }
  | { kind: 'compare'; left: Expression; rest: { operator: string; value: Expression }[] }
  | { kind: 'if'; value: Expression; condition: Expression; otherwise: Expression | null };

export interface Argument {
  name: string | null;
  value: Expression;
}

export type Statement =
  | { kind: 'text'; text: string }
  | { kind: 'print'; value: Expression }
  | { kind: 'if'; branches: { condition: Expression | null; body: Statement[] }[] }
  | { kind: 'for'; targets: string[]; list: Expression; condition: Expression | null; recursive: boolean; body: Statement[]; otherwise: Statement[] }
  | { kind: 'set'; targets: string[]; attribute: string | null; value: Expression | null; body: Statement[]; filters: { name: string; args: Argument[] }[] }
  | { kind: 'macro'; name: string; parameters: { name: string; value: Expression | null }[]; body: Statement[] }
  | { kind: 'call'; value: Expression; parameters: { name: string; value: Expression | null }[]; body: Statement[] }
  | { kind: 'filter'; filters: { name: string; args: Argument[] }[]; body: Statement[] }
  | { kind: 'with'; bindings: [string, Expression][]; body: Statement[] };

export class TemplateError extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(`${message} (line ${line})`);
    this.name = 'TemplateError';
    this.line = line;
  }
}
