/** Owns the parser of Jinja2 expressions over one chunk's tokens. */
import type { Token } from './lex.ts';
import { hasFilter } from './filters.ts';
import { hasTest } from './tests.ts';
import {
  TemplateError,
  type Argument,
  type Expression,
  type FilterCall,
  type Parameter,
  type Target,
} from './syntax.ts';

const COMPARE = new Set(['==', '!=', '<', '>', '<=', '>=']);
const MOST_DEPTH = 200;
/** Words that end a test which has no argument. */
const AFTER_TEST = new Set(['and', 'or', 'not', 'else', 'if', 'in', 'is', 'recursive']);
const CONSTANTS: Record<string, unknown> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

export class ExpressionParser {
  readonly #tokens: Token[];
  readonly #line: number;
  readonly #soft: boolean;
  #at = 0;
  #depth = 0;

  /** `soft`: inside an `if`, where a filter that does not exist may be behind a check for it. */
  constructor(tokens: Token[], line: number, soft: boolean) {
    this.#tokens = tokens;
    this.#line = line;
    this.#soft = soft;
  }

  fail(message: string): never {
    throw new TemplateError(message, (this.#token ?? this.#tokens.at(-1))?.line ?? this.#line);
  }

  #nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > MOST_DEPTH) this.fail('The expression is nested too deep');
    const value = parse();
    this.#depth -= 1;
    return value;
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

  /** Names to bind: one, or several as a tuple. */
  target(): Target {
    const first = this.#oneTarget();
    if (!this.is(',')) return first;
    const list = [first];
    while (this.take(','))
      if (this.is('(') || (this.#token?.kind === 'name' && !this.#isWord('in'))) list.push(this.#oneTarget());
    return list;
  }

  #oneTarget(): Target {
    if (this.take('(')) {
      const inner = this.#nested(() => this.target());
      this.#expect(')');
      return inner;
    }
    const name = this.word();
    if (Object.hasOwn(CONSTANTS, name) || name === 'in' || name === 'not') this.fail(`${name} cannot be assigned`);
    return name;
  }

  parameters(): Parameter[] {
    this.#expect('(');
    const list: Parameter[] = [];
    while (!this.take(')')) {
      const name = this.word();
      const value = this.take('=') ? this.expression() : null;
      if (value === null && list.at(-1)?.value) this.fail(`${name} has no default, but follows one that has`);
      list.push({ name, value });
      if (!this.is(')')) this.#expect(',');
    }
    return list;
  }

  bindings(): [Target, Expression][] {
    const list: [Target, Expression][] = [];
    while (this.#token !== undefined) {
      const target = this.#oneTarget();
      this.#expect('=');
      list.push([target, this.expression()]);
      if (!this.take(',')) break;
    }
    return list;
  }

  filterChain(): FilterCall[] {
    const list: FilterCall[] = [];
    do list.push({ name: this.#filterName(), args: this.is('(') ? this.#arguments() : [] });
    while (this.take('|'));
    return list;
  }

  #filterName(): string {
    const name = this.#dotted();
    if (!this.#soft && !hasFilter(name)) this.fail(`There is no filter ${name}`);
    return name;
  }

  #dotted(): string {
    let name = this.word();
    while (this.take('.')) name += `.${this.word()}`;
    return name;
  }

  /** An expression, or several with commas between them; `plain` without `a if b`, which `for` has as its own. */
  tuple(plain = false): Expression {
    const one = (): Expression => (plain ? this.#or() : this.expression());
    const first = one();
    if (!this.is(',')) return first;
    const items = [first];
    while (this.take(',')) {
      const token = this.#token;
      if (token === undefined || (token.kind === 'operator' && [')', '='].includes(token.text))) break;
      items.push(one());
    }
    return { kind: 'list', items, tuple: true };
  }

  expression(): Expression {
    return this.#nested(() => {
      let value = this.#or();
      while (this.takeWord('if')) {
        const condition = this.#or();
        const otherwise = this.takeWord('else') ? this.expression() : null;
        value = { kind: 'if', value, condition, otherwise };
      }
      return value;
    });
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
    if (this.takeWord('not')) return { kind: 'unary', operator: 'not', value: this.#nested(() => this.#not()) };
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
    let left = this.#power();
    for (;;) {
      const operator = ['*', '//', '/', '%'].find((op) => this.is(op));
      if (operator === undefined) return left;
      this.#at += 1;
      left = { kind: 'binary', operator, left, right: this.#power() };
    }
  }

  /** From the left, and below the sign, as Jinja2 has it (unlike Python). */
  #power(): Expression {
    let left = this.#unary(true);
    while (this.take('**')) left = { kind: 'binary', operator: '**', left, right: this.#unary(true) };
    return left;
  }

  #unary(withFilters: boolean): Expression {
    const sign = this.take('-') ? '-' : this.take('+') ? '+' : null;
    const value: Expression =
      sign === null
        ? this.#postfix(this.#primary())
        : { kind: 'unary', operator: sign, value: this.#nested(() => this.#unary(false)) };
    return withFilters ? this.#filters(value) : value;
  }

  #filters(start: Expression): Expression {
    let value = start;
    for (;;) {
      if (this.take('|')) {
        const name = this.#filterName();
        value = { kind: 'filter', value, name, args: this.is('(') ? this.#arguments() : [] };
      } else if (this.takeWord('is')) {
        const negated = this.takeWord('not');
        const name = this.#dotted();
        if (!this.#soft && !hasTest(name)) this.fail(`There is no test ${name}`);
        value = { kind: 'test', value, name, args: this.#testArguments(), negated };
      } else if (this.is('(')) value = { kind: 'call', callee: value, args: this.#arguments() };
      else return value;
    }
  }

  #testArguments(): Argument[] {
    if (this.is('(')) return this.#arguments();
    const token = this.#token;
    if (token === undefined) return [];
    const starts =
      token.kind === 'number' ||
      token.kind === 'string' ||
      (token.kind === 'operator' && (token.text === '[' || token.text === '{')) ||
      (token.kind === 'name' && !AFTER_TEST.has(token.text));
    return starts ? [{ name: null, value: this.#postfix(this.#primary()) }] : [];
  }

  #arguments(): Argument[] {
    this.#expect('(');
    const list: Argument[] = [];
    while (!this.take(')')) {
      const spread = this.take('**') ? 'dict' : this.take('*') ? 'list' : null;
      if (spread !== null) {
        list.push({ name: null, value: this.expression(), spread });
        if (!this.is(')')) this.#expect(',');
        continue;
      }
      const named =
        this.#token?.kind === 'name' &&
        this.#tokens[this.#at + 1]?.text === '=' &&
        this.#tokens[this.#at + 1]?.kind === 'operator';
      const name = named ? this.word() : null;
      if (named) this.#expect('=');
      else if (list.some((a) => a.name !== null)) this.fail('An argument by place follows one by name');
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
      if (this.take(')')) return { kind: 'list', items: [], tuple: true };
      const value = this.#nested(() => this.tuple());
      this.#expect(')');
      return value;
    }
    if (token.text === '[') {
      const items: Expression[] = [];
      while (!this.take(']')) {
        items.push(this.expression());
        if (!this.is(']')) this.#expect(',');
      }
      return { kind: 'list', items, tuple: false };
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
