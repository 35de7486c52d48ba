/**
 * Owns reading a SELECT: what AlaSQL and SQLite have in common of it. Does not run it; expressions are in
 * expression.ts.
 */
import { ExpressionReader } from './expression.ts';
import {
  SelectError,
  type Column,
  type Expression,
  type Join,
  type Query,
  type Select,
  type Sort,
  type Table,
} from './syntax.ts';
import { tokensOf } from './tokens.ts';

/** Throws SelectError. */
export function parseSelect(text: string): Query {
  const reader = new QueryReader(tokensOf(text));
  const query = reader.query();
  while (reader.takeSign(';'));
  reader.end();
  return query;
}

/** Words that end a name without AS before it. */
const CLAUSES =
  /^(?:from|where|group|having|order|limit|offset|union|except|intersect|join|inner|left|right|full|outer|cross|on|using|as|natural)$/i;

class QueryReader extends ExpressionReader {
  protected override subquery(): Query {
    return this.query();
  }

  query(): Query {
    const selects: Query['selects'] = [{ select: this.#part(), add: 'all' }];
    for (;;) {
      if (this.takeWord('union'))
        selects.push({ add: this.takeWord('all') ? 'all' : 'distinct', select: this.#part() });
      else if (this.takeWord('except')) selects.push({ add: 'except', select: this.#part() });
      else if (this.takeWord('intersect')) selects.push({ add: 'intersect', select: this.#part() });
      else break;
    }
    const sort = this.takeWord('order') ? this.#sorts() : [];
    let limit = this.top;
    let offset = 0;
    if (this.takeWord('limit')) {
      limit = this.#count();
      if (this.takeSign(',')) [offset, limit] = [limit, this.#count()];
    }
    if (this.takeWord('offset')) offset = this.#count();
    this.top = null;
    return { selects, sort, limit, offset };
  }

  /** Of `SELECT TOP n`. */
  private top: number | null = null;

  #part(): Select {
    if (this.takeSign('(')) {
      const { selects, sort, limit } = this.query();
      this.expectSign(')');
      const [only] = selects;
      if (selects.length > 1 || sort.length > 0 || limit !== null || only === undefined) {
        throw new SelectError('In parentheses only a plain SELECT can be part of a UNION.');
      }
      return only.select;
    }
    if (!this.takeWord('select')) throw new SelectError(`Only SELECT is there, not ${this.here()}.`);
    if (this.takeWord('top')) this.top = this.#count();
    const isDistinct = this.takeWord('distinct');
    if (!isDistinct) this.takeWord('all');
    const columns = this.list(() => this.#column());
    const from = this.takeWord('from') ? this.#table() : null;
    const joins: Join[] = [];
    for (let join = this.#join(); join !== null; join = this.#join()) joins.push(join);
    const where = this.takeWord('where') ? this.expression() : null;
    const groupBy = this.takeWord('group') ? this.#grouped() : [];
    const having = this.takeWord('having') ? this.expression() : null;
    return { isDistinct, columns, from, joins, where, groupBy, having };
  }

  #grouped(): Expression[] {
    this.expectWord('by');
    return this.list(() => this.expression());
  }

  #sorts(): Sort[] {
    this.expectWord('by');
    return this.list(() => {
      const by = this.expression();
      if (this.takeWord('collate')) this.next();
      const descends = this.takeWord('desc');
      if (!descends) this.takeWord('asc');
      return { by, descends };
    });
  }

  #count(): number {
    const token = this.next();
    const count = Number(token.text);
    if (token.kind !== 'number' || !Number.isInteger(count)) throw this.unexpected(token, 'a whole number');
    return count;
  }

  #column(): Column {
    if (this.takeSign('*')) return { value: null, table: null, name: '*' };
    const from = this.position;
    const [table, dot, star] = [this.peek(0), this.peek(1), this.peek(2)];
    if ((table.kind === 'word' || table.kind === 'name') && dot.text === '.' && star.text === '*') {
      this.skip(3);
      return { value: null, table: table.text, name: '*' };
    }
    const value = this.expression();
    const written = this.written(from);
    const alias = this.#alias();
    return { value, table: null, name: alias ?? (value.kind === 'column' ? value.name : nameOf(value, written)) };
  }

  #alias(): string | null {
    if (this.takeWord('as')) return this.name('a name', true);
    const token = this.peek(0);
    if (token.kind === 'name' || (token.kind === 'word' && !CLAUSES.test(token.text))) return this.next().text;
    return null;
  }

  #table(): Table {
    if (this.takeSign('(')) {
      const query = this.query();
      this.expectSign(')');
      return { from: query, name: this.#alias() ?? '' };
    }
    const name = this.name('the name of a table');
    return { from: name, name: this.#alias() ?? name };
  }

  #join(): Join | null {
    if (this.takeSign(',')) return { ...this.#table(), how: 'cross', on: null, using: [] };
    let how: Join['how'] = 'inner';
    if (this.takeWord('cross')) how = 'cross';
    else if (this.takeWord('left')) how = 'left';
    else if (this.takeWord('right')) how = 'right';
    else if (this.takeWord('full') || this.takeWord('outer')) how = 'outer';
    else if (!this.takeWord('inner') && !this.isWord('join')) return null;
    this.takeWord('outer');
    this.expectWord('join');
    const table = this.#table();
    if (this.takeWord('on')) return { ...table, how, on: this.expression(), using: [] };
    if (this.takeWord('using')) {
      const inParentheses = this.takeSign('(');
      const using = this.list(() => this.name('the name of a column'));
      if (inParentheses) this.expectSign(')');
      return { ...table, how, on: null, using };
    }
    return { ...table, how, on: null, using: [] };
  }
}

/** `sum( x )` is called SUM(x). */
function nameOf(value: Expression, written: string): string {
  if (value.kind !== 'aggregate') return written;
  return written
    .replace(/^\w+/, (word) => word.toUpperCase())
    .replace(/\s+/g, ' ')
    .replace(/\( | \)/g, (one) => one.trim());
}
