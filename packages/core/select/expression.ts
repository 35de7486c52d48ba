/**
 * Owns reading the expressions of a SELECT, and going through its words. Does not know clauses (parse.ts) or functions
 * (functions.ts), apart from those over groups.
 */
import { FUNCTIONS } from './functions.ts';
import { SelectError, type Expression, type Query } from './syntax.ts';
import type { Token } from './tokens.ts';

const AGGREGATES = new Set(['count', 'sum', 'avg', 'min', 'max', 'first', 'last', 'array', 'group_concat', 'total']);

const COMPARISONS = new Set(['=', '==', '<>', '!=', '<', '<=', '>', '>=']);

/** Deeper is hostile. */
const MOST_LEVELS = 100;

export abstract class ExpressionReader {
  protected position = 0;
  readonly #tokens: readonly Token[];
  #level = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  protected abstract subquery(): Query;

  // ---- words ----

  protected peek(ahead: number): Token {
    return this.#tokens[Math.min(this.position + ahead, this.#tokens.length - 1)] as Token;
  }

  protected next(): Token {
    const token = this.peek(0);
    this.position += 1;
    return token;
  }

  protected skip(count: number): void {
    this.position += count;
  }

  protected here(): string {
    return JSON.stringify(this.peek(0).text);
  }

  protected unexpected(token: Token, wanted: string): SelectError {
    return new SelectError(
      `At position ${token.at + 1} stands ${JSON.stringify(token.text)} where ${wanted} should be.`,
    );
  }

  protected isWord(word: string): boolean {
    const token = this.peek(0);
    return token.kind === 'word' && token.text.toLowerCase() === word;
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.position += 1;
    return true;
  }

  takeSign(sign: string): boolean {
    const token = this.peek(0);
    if (token.kind !== 'sign' || token.text !== sign) return false;
    this.position += 1;
    return true;
  }

  protected expectWord(word: string): void {
    if (!this.takeWord(word)) throw this.unexpected(this.peek(0), word.toUpperCase());
  }

  protected expectSign(sign: string): void {
    if (!this.takeSign(sign)) throw this.unexpected(this.peek(0), JSON.stringify(sign));
  }

  end(): void {
    if (this.peek(0).kind !== 'end') throw this.unexpected(this.peek(0), 'the end');
  }

  protected name(wanted: string, isText = false): string {
    const token = this.next();
    if (token.kind === 'word' || token.kind === 'name' || (isText && token.kind === 'text')) return token.text;
    throw this.unexpected(token, wanted);
  }

  protected list<T>(one: () => T): T[] {
    const found = [one()];
    while (this.takeSign(',')) found.push(one());
    return found;
  }

  /** The words since a position, as somebody would write them. */
  protected written(from: number): string {
    return this.#tokens
      .slice(from, this.position)
      .map(({ kind, text }) => (kind === 'text' ? `'${text}'` : text))
      .join(' ')
      .replace(/ ?(\.|->|\(|\)) ?/g, '$1')
      .replaceAll(' ,', ',');
  }

  // ---- expressions, from what binds least ----

  expression(): Expression {
    this.#level += 1;
    if (this.#level > MOST_LEVELS) throw new SelectError('The query is nested too deeply.');
    const found = this.#chain(['or'], () => this.#chain(['and'], () => this.#not()));
    this.#level -= 1;
    return found;
  }

  /** Operators of one rank, from the left. */
  #chain(ops: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const { kind, text } = this.peek(0);
      const op = text.toLowerCase();
      if ((kind !== 'sign' && kind !== 'word') || !ops.includes(op)) return left;
      this.position += 1;
      left = { kind: 'binary', op, left, right: operand() };
    }
  }

  #not(): Expression {
    return this.takeWord('not') ? { kind: 'not', of: this.#not() } : this.#comparison();
  }

  #comparison(): Expression {
    let left = this.#sum();
    for (;;) {
      const { kind, text } = this.peek(0);
      if (kind === 'sign' && COMPARISONS.has(text)) {
        this.position += 1;
        left = { kind: 'binary', op: text === '==' ? '=' : text === '!=' ? '<>' : text, left, right: this.#sum() };
        continue;
      }
      const after = this.#predicate(left);
      if (after === null) return left;
      left = after;
    }
  }

  #predicate(of: Expression): Expression | null {
    if (this.takeWord('is')) {
      const isNot = this.takeWord('not');
      this.expectWord('null');
      return { kind: 'null', of, isNot };
    }
    const begin = this.position;
    const isNot = this.takeWord('not');
    if (this.takeWord('in')) {
      this.expectSign('(');
      const list = this.isWord('select') ? this.subquery() : this.list(() => this.expression());
      this.expectSign(')');
      return { kind: 'in', of, list, isNot };
    }
    if (this.takeWord('between')) {
      const low = this.#sum();
      this.expectWord('and');
      return { kind: 'between', of, low, high: this.#sum(), isNot };
    }
    if (this.takeWord('like') || this.takeWord('ilike')) {
      return { kind: 'like', of, pattern: this.#sum(), isRegex: false, isNot };
    }
    if (this.takeWord('regexp') || this.takeWord('rlike')) {
      return { kind: 'like', of, pattern: this.#sum(), isRegex: true, isNot };
    }
    this.position = begin;
    return null;
  }

  #sum(): Expression {
    return this.#chain(['+', '-', '||'], () => this.#chain(['*', '/', '%'], () => this.#sign()));
  }

  #sign(): Expression {
    if (this.takeSign('-')) return { kind: 'negative', of: this.#sign() };
    this.takeSign('+');
    return this.#members(this.#primary());
  }

  /** `column->member->0` */
  #members(of: Expression): Expression {
    let found = of;
    while (this.takeSign('->')) {
      if (this.takeSign('(')) {
        found = { kind: 'member', of: found, name: this.expression() };
        this.expectSign(')');
      } else if (this.peek(0).kind === 'number') found = { kind: 'member', of: found, name: Number(this.next().text) };
      else found = { kind: 'member', of: found, name: this.name('the name of a member', true) };
    }
    return found;
  }

  #primary(): Expression {
    const token = this.next();
    if (token.kind === 'number') return { kind: 'value', value: Number(token.text) };
    if (token.kind === 'text') return { kind: 'value', value: token.text };
    if (token.kind === 'sign' && token.text === '(') {
      const found: Expression = this.isWord('select') ? { kind: 'query', query: this.subquery() } : this.expression();
      this.expectSign(')');
      return found;
    }
    if (token.kind === 'name') return this.#column(token.text);
    if (token.kind !== 'word') throw this.unexpected(token, 'a value');
    const word = token.text.toLowerCase();
    if (word === 'null' || word === 'undefined') return { kind: 'value', value: null };
    if (word === 'true' || word === 'false') return { kind: 'value', value: word === 'true' };
    if (word === 'case') return this.#case();
    if (this.peek(0).text === '(' && this.peek(0).kind === 'sign') return this.#call(word, token);
    return this.#column(token.text);
  }

  #column(first: string): Expression {
    if (!this.takeSign('.')) return { kind: 'column', table: null, name: first };
    return { kind: 'column', table: first, name: this.name('the name of a column') };
  }

  #case(): Expression {
    const of = this.isWord('when') ? null : this.expression();
    const when: [Expression, Expression][] = [];
    while (this.takeWord('when')) {
      const condition = this.expression();
      this.expectWord('then');
      when.push([condition, this.expression()]);
    }
    const otherwise = this.takeWord('else') ? this.expression() : null;
    this.expectWord('end');
    return { kind: 'case', of, when, otherwise };
  }

  #call(name: string, token: Token): Expression {
    this.expectSign('(');
    if (name === 'cast') {
      const of = this.expression();
      this.expectWord('as');
      const type = this.name('a type').toLowerCase();
      if (this.takeSign('(')) {
        this.list(() => this.next());
        this.expectSign(')');
      }
      this.expectSign(')');
      return { kind: 'cast', of, type };
    }
    if (AGGREGATES.has(name)) {
      const isDistinct = this.takeWord('distinct');
      if (this.takeSign('*')) {
        this.expectSign(')');
        return { kind: 'aggregate', name, of: null, isDistinct };
      }
      const [of, ...more] = this.list(() => this.expression());
      this.expectSign(')');
      if (more.length === 0) return { kind: 'aggregate', name, of: of as Expression, isDistinct };
      if (FUNCTIONS.has(name)) return { kind: 'call', name, given: [of as Expression, ...more] };
      throw this.unexpected(token, 'a function of one value');
    }
    if (!FUNCTIONS.has(name)) throw new SelectError(`There is no function ${token.text.toUpperCase()}().`);
    const given = this.takeSign(')') ? null : this.list(() => this.expression());
    if (given !== null) this.expectSign(')');
    return { kind: 'call', name, given: given ?? [] };
  }
}
