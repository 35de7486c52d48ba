/** Owns the syntax tree of Jinja2-compatible templates, and its error. Data only. */

export type Expression =
  | { kind: 'literal'; value: unknown }
  | { kind: 'name'; name: string }
  | { kind: 'list'; items: Expression[]; tuple: boolean }
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
  /** `*list` or `**dict`. */
  spread?: 'list' | 'dict';
}

export interface Parameter {
  name: string;
  value: Expression | null;
}

/** Names that loops and assignments bind, `(a, (b, c))` among them. */
export type Target = string | Target[];

/** Which of the implied names a macro's body uses; it accepts more arguments only then. */
export interface MacroUses {
  varargs: boolean;
  kwargs: boolean;
  caller: boolean;
}

export interface FilterCall {
  name: string;
  args: Argument[];
}

export type Statement =
  | { kind: 'text'; text: string }
  | ({ line: number } & (
      | { kind: 'print'; value: Expression }
      | { kind: 'if'; branches: { condition: Expression | null; body: Statement[] }[] }
      | {
          kind: 'for';
          target: Target;
          list: Expression;
          condition: Expression | null;
          recursive: boolean;
          body: Statement[];
          otherwise: Statement[];
        }
      | { kind: 'set'; target: Target; attribute: string | null; value: Expression }
      | { kind: 'setBlock'; target: Target; attribute: string | null; body: Statement[]; filters: FilterCall[] }
      | { kind: 'macro'; name: string; parameters: Parameter[]; body: Statement[]; uses: MacroUses }
      | { kind: 'call'; value: Expression; parameters: Parameter[]; body: Statement[]; uses: MacroUses }
      | { kind: 'filter'; filters: FilterCall[]; body: Statement[] }
      | { kind: 'with'; bindings: [Target, Expression][]; body: Statement[] }
    ));

export class TemplateError extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.name = 'TemplateError';
    this.line = line;
  }
}
