/** Owns the parser of Jinja2-compatible templates: chunks to statements. */
import { lex, type Chunk } from './lex.ts';
import { ExpressionParser } from './parse-expression.ts';
import { TemplateError, type Statement } from './syntax.ts';

const MOST_DEPTH = 100;

class Parser {
  readonly #chunks: Chunk[];
  #at = 0;
  #depth = 0;

  constructor(chunks: Chunk[]) {
    this.#chunks = chunks;
  }

  /** Statements up to a block whose first word is one of `ends`; null when the text ends. */
  body(ends: string[]): { body: Statement[]; end: ExpressionParser | null; word: string } {
    const body: Statement[] = [];
    this.#depth += 1;
    for (; this.#at < this.#chunks.length; ) {
      const chunk = this.#chunks[this.#at] as Chunk;
      this.#at += 1;
      if (chunk.kind === 'text') {
        body.push(chunk);
        continue;
      }
      const parser = new ExpressionParser(chunk.tokens, chunk.line);
      if (this.#depth > MOST_DEPTH) throw new TemplateError('Blocks are nested too deep', chunk.line);
      if (chunk.kind === 'print') {
        body.push({ kind: 'print', value: parser.tuple() });
        parser.end();
        continue;
      }
      const word = parser.word();
      if (ends.includes(word)) {
        this.#depth -= 1;
        return { body, end: parser, word };
      }
      body.push(this.statement(word, parser, chunk.line));
    }
    this.#depth -= 1;
    if (ends.length > 0) throw new TemplateError(`${ends.at(-1)} is missing`, 1);
    return { body, end: null, word: '' };
  }

  statement(word: string, parser: ExpressionParser, line: number): Statement {
    switch (word) {
      case 'if':
        return this.if(parser);
      case 'for':
        return this.for(parser);
      case 'set':
        return this.set(parser);
      case 'macro': {
        const name = parser.word();
        const parameters = parser.parameters();
        parser.end();
        return { kind: 'macro', name, parameters, body: this.body(['endmacro']).body };
      }
      case 'call': {
        const parameters = parser.is('(') ? parser.parameters() : [];
        const value = parser.expression();
        parser.end();
        return { kind: 'call', value, parameters, body: this.body(['endcall']).body };
      }
      case 'filter': {
        const filters = parser.filterChain();
        parser.end();
        return { kind: 'filter', filters, body: this.body(['endfilter']).body };
      }
      case 'with': {
        const bindings = parser.bindings();
        parser.end();
        return { kind: 'with', bindings, body: this.body(['endwith']).body };
      }
      case 'autoescape': {
        parser.expression();
        parser.end();
        return { kind: 'with', bindings: [], body: this.body(['endautoescape']).body };
      }
      default:
        throw new TemplateError(`Unknown tag ${word}`, line);
    }
  }

  if(first: ExpressionParser): Statement {
    const branches: (Statement & { kind: 'if' })['branches'] = [];
    let condition = first.tuple();
    first.end();
    for (;;) {
      const { body, end, word } = this.body(['elif', 'else', 'endif']);
      branches.push({ condition, body });
      if (word === 'elif' && end !== null) {
        condition = end.tuple();
        end.end();
        continue;
      }
      if (word === 'else') branches.push({ condition: null, body: this.body(['endif']).body });
      return { kind: 'if', branches };
    }
  }

  for(parser: ExpressionParser): Statement {
    const targets = parser.targets();
    parser.expectWord('in');
    const list = parser.tuple(true);
    const condition = parser.takeWord('if') ? parser.expression() : null;
    const recursive = parser.takeWord('recursive');
    parser.end();
    const { body, word } = this.body(['else', 'endfor']);
    const otherwise = word === 'else' ? this.body(['endfor']).body : [];
    return { kind: 'for', targets, list, condition, recursive, body, otherwise };
  }

  set(parser: ExpressionParser): Statement {
    const targets = parser.targets();
    const attribute = parser.take('.') ? parser.word() : null;
    if (parser.take('=')) {
      const value = parser.tuple();
      parser.end();
      return { kind: 'set', targets, attribute, value, body: [], filters: [] };
    }
    const filters = parser.take('|') ? parser.filterChain() : [];
    parser.end();
    return { kind: 'set', targets, attribute, value: null, body: this.body(['endset']).body, filters };
  }
}

export function parseTemplate(source: string): Statement[] {
  return new Parser(lex(source)).body([]).body;
}
