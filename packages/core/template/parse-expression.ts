/** Owns the parser of Jinja2 expressions over one chunk's tokens. */
import type { Token } from './lex.ts';
import { TemplateError, type Argument, type Expression } from './syntax.ts';

const COMPARE = new Set(['==', '!=', '<', '>', '<=', '>=']);
const CONSTANTS: Record<string, unknown> = { true: true, True: true, false: false, False: false, none: null, None: null };

export class ExpressionParser {
  readonly #tokens: Token[];
  readonly #line: number;
  #at = 0;
  #depth = 0;

  constructor(tokens: Token[], line: number) {
    this.#tokens = tokens;
    this.#line = line;
  }

  fail(message: string): never {
    throw new TemplateError(message, this.#line);
  }

  get #token(): Token | undefined {
    return this.#tokens[this.#at];
  }

  is(text: string): boolean {
    const token = this.#token;
    return token !== undefined && token.text === text && token.kind === 'operator';
  }

  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.take(text)) this.fail(`${text} expected, found ${this.#token?.text ?? 'the end'}`);
  }

  #isWord(word: string): boolean {
    const token = this.#token;
    return token?.kind === 'name' && token.text === word;
  }

  takeWord(word: string): boolean {
    if (!this.#isWord(word)) return false;
    this.#at += 1;
    return true;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) this.fail(`${word} expected, found ${this.#token?.text ?? 'the end'}`);
  }

  word(): string {
    const token = this.#token;
    if (token?.kind !== 'name') this.fail(`A name is expected, found ${token?.text ?? 'the end'}`);
    this.#at += 1;
    return (token as Token).text;
  }

  end(): void {
    if (this.#token !== undefined) this.fail(`Unexpected ${this.#token.text}`);
  }

  targets(): string[] {
    const wrapped = this.take('(');
    const names = [this.word()];
    while (this.take(',')) if (this.#token?.kind === 'name' && !this.#isWord('in')) names.push(this.word());
    if (wrapped) this.#expect(')');
    return names;
  }

  parameters(): { name: string; value: Expression | null }[] {
    this.#expect('(');
    const list: { name: string; value: Expression | null }[] = [];
    while (!this.take(')')) {
      const name = this.word();
      list.push({ name, value: this.take('=') ? this.expression() : null });
      if (!this.is(')')) this.#expect(',');
    }
    return list;
  }

  bindings(): [string, Expression][] {
    const list: [string, Expression][] = [];
    while (this.#token !== undefined) {
      const name = this.word();
      this.#expect('=');
      list.push([name, this.expression()]);
      if (!this.take(',')) break;
    }
    return list;
  }

  filterChain(): { name: string; args: Argument[] }[] {
    const list: { name: string; args: Argument[] }[] = [];
    do list.push({ name: this.#dotted(), args: this.is('(') ? this.#arguments() : [] });
    while (this.take('|'));
    return list;
  }

  #dotted(): string {
    let name = this.word();
    while (this.take('.')) name += `.${this.word()}`;
    return name;
  }

  /** An expression, or several with commas between them (a tuple). */
  tuple(plain = false): Expression {
    const first = plain ? this.#or() : this.expression();
    if (!this.is(',')) return first;
    const items = [first];
    while (this.take(',')) if (this.#token !== undefined) items.push(plain ? this.#or() : this.expression());
    return { kind: 'list', items };
  }

  expression(): Expression {
    this.#depth += 1;
    if (this.#depth > 200) this.fail('The expression is nested too deep');
    let value = this.#or();
    while (this.takeWord('if')) {
      const condition = this.#or();
      const otherwise = this.takeWord('else') ? this.expression() : null;
      value = { kind: 'if', value, condition, otherwise };
    }
    this.#depth -= 1;
    return value;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.takeWord('or')) left = { kind: 'binary', operator: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.takeWord('and')) left = { kind: 'binary', operator: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    if (this.takeWord('not')) return { kind: 'unary', operator: 'not', value: this.#not() };
    return this.#compare();
  }

  #compare(): Expression {
    const left = this.#sum();
    const rest: { operator: string; value: Expression }[] = [];
    for (;;) {
      const token = this.#token;
      if (token?.kind === 'operator' && COMPARE.has(token.text)) {
        this.#at += 1;
        rest.push({ operator: token.text, value: this.#sum() });
      } else if (this.takeWord('in')) rest.push({ operator: 'in', value: this.#sum() });
      else if (this.#isWord('not') && this.#tokens[this.#at + 1]?.text === 'in') {
        this.#at += 2;
        rest.push({ operator: 'not in', value: this.#sum() });
      } else break;
    }
    return rest.length === 0 ? left : { kind: 'compare', left, rest };
  }

  #sum(): Expression {
    let left = this.#concat();
    for (;;) {
      if (this.take('+')) left = { kind: 'binary', operator: '+', left, right: this.#concat() };
      else if (this.take('-')) left = { kind: 'binary', operator: '-', left, right: this.#concat() };
      else return left;
    }
  }

  #concat(): Expression {
    let left = this.#product();
    while (this.take('~')) left = { kind: 'binary', operator: '~', left, right: this.#product() };
    return left;
  }

  #product(): Expression {
    let left = this.#unary();
    for (;;) {
      const operator = ['*', '//', '/', '%'].find((op) => this.is(op));
      if (operator === undefined) return left;
      this.#at += 1;
      left = { kind: 'binary', operator, left, right: this.#unary() };
    }
  }

  #unary(): Expression {
    if (this.take('-')) return this.#filters({ kind: 'unary', operator: '-', value: this.#unary() });
    if (this.take('+')) return this.#filters({ kind: 'unary', operator: '+', value: this.#unary() });
    const base = this.#postfix(this.#primary());
    const value: Expression = this.take('**') ? { kind: 'binary', operator: '**', left: base, right: this.#unary() } : base;
    return this.#filters(value);
  }

  #filters(start: Expression): Expression {
    let value = start;
    for (;;) {
      if (this.take('|')) {
        const name = this.#dotted();
        value = { kind: 'filter', value, name, args: this.is('(') ? this.#arguments() : [] };
      } else if (this.takeWord('is')) {
        const negated = this.takeWord('not');
        const name = this.#dotted();
        value = { kind: 'test', value, name, args: this.#testArguments(), negated };
      } else return value;
    }
  }

  #testArguments(): Argument[] {
    if (this.is('(')) return this.#arguments();
    const token = this.#token;
    const starts =
      token !== undefined &&
      (token.kind === 'number' || token.kind === 'string' || token.text === '[' || (token.kind === 'name' && !['and', 'or', 'not', 'else', 'if', 'in', 'is', 'recursive'].includes(token.text)));
    return starts ? [{ name: null, value: this.#postfix(this.#primary()) }] : [];
  }

  #arguments(): Argument[] {
    this.#expect('(');
    const list: Argument[] = [];
    while (!this.take(')')) {
      const named = this.#token?.kind === 'name' && this.#tokens[this.#at + 1]?.text === '=' && this.#tokens[this.#at + 1]?.kind === 'operator';
      const name = named ? this.word() : null;
      if (named) this.#expect('=');
      list.push({ name, value: this.expression() });
      if (!this.is(')')) this.#expect(',');
    }
    return list;
  }

  #postfix(start: Expression): Expression {
    let value = start;
    for (;;) {
      if (this.take('.')) {
        const token = this.#token;
        if (token?.kind === 'number') {
          this.#at += 1;
          value = { kind: 'member', object: value, key: { kind: 'literal', value: token.value }, dotted: false };
        } else value = { kind: 'member', object: value, key: { kind: 'literal', value: this.word() }, dotted: true };
      } else if (this.take('[')) value = this.#subscript(value);
      else if (this.is('(')) value = { kind: 'call', callee: value, args: this.#arguments() };
      else return value;
    }
  }

  #subscript(object: Expression): Expression {
    const part = (): Expression | null => (this.is(':') || this.is(']') ? null : this.expression());
    const from = part();
    if (this.take(']')) {
      if (from === null) this.fail('An index is missing');
      return { kind: 'member', object, key: from as Expression, dotted: false };
    }
    this.#expect(':');
    const to = part();
    const step = this.take(':') ? part() : null;
    this.#expect(']');
    return { kind: 'slice', object, from, to, step };
  }

  #primary(): Expression {
    const token = this.#token;
    if (token === undefined) return this.fail('The expression ends too early');
    this.#at += 1;
    if (token.kind === 'number') return { kind: 'literal', value: token.value };
    if (token.kind === 'string') {
      let value = token.value as string;
      // Texts side by side are one text.
      while (this.#token?.kind === 'string') value += this.#tokens[this.#at++]?.value as string;
      return { kind: 'literal', value };
    }
    if (token.kind === 'name') {
      if (Object.hasOwn(CONSTANTS, token.text)) return { kind: 'literal', value: CONSTANTS[token.text] };
      return { kind: 'name', name: token.text };
    }
    if (token.text === '(') {
      if (this.take(')')) return { kind: 'list', items: [] };
      const value = this.tuple();
      this.#expect(')');
      return value;
    }
    if (token.text === '[') {
      const items: Expression[] = [];
      while (!this.take(']')) {
        items.push(this.expression());
        if (!this.is(']')) this.#expect(',');
      }
      return { kind: 'list', items };
    }
    if (token.text === '{') {
      const entries: [Expression, Expression][] = [];
      while (!this.take('}')) {
        const key = this.expression();
        this.#expect(':');
        entries.push([key, this.expression()]);
        if (!this.is('}')) this.#expect(',');
      }
      return { kind: 'dict', entries };
    }
    return this.fail(`Unexpected ${token.text}`);
  }
}
