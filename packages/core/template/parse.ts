/** Owns the parser of Jinja2-compatible templates: chunks to statements. */
import { lex, type Chunk } from './lex.ts';
import { ExpressionParser } from './parse-expression.ts';
import { TemplateError, type MacroUses, type Statement } from './syntax.ts';

const MOST_DEPTH = 100;
/** Tags of Jinja2 that need other templates to work on. */
const OTHER_TEMPLATES = ['extends', 'include', 'import', 'from'];

interface Body {
  body: Statement[];
  end: ExpressionParser | null;
  word: string;
}

class Parser {
  readonly #chunks: Chunk[];
  #at = 0;
  #depth = 0;
  #ifs = 0;

  constructor(chunks: Chunk[]) {
    this.#chunks = chunks;
  }

  /** Statements up to a block whose first word is one of `ends`; with none, up to the end of the text. */
  body(ends: string[], line = 1): Body {
    const body: Statement[] = [];
    this.#depth += 1;
    while (this.#at < this.#chunks.length) {
      const chunk = this.#chunks[this.#at] as Chunk;
      this.#at += 1;
      if (chunk.kind === 'text') {
        body.push(chunk);
        continue;
      }
      const parser = new ExpressionParser(chunk.tokens, chunk.line, this.#ifs > 0);
      if (this.#depth > MOST_DEPTH) throw new TemplateError('Blocks are nested too deep', chunk.line);
      if (chunk.kind === 'print') {
        body.push({ kind: 'print', value: parser.tuple(), line: chunk.line });
        parser.end();
        continue;
      }
      const word = parser.word();
      if (ends.includes(word)) {
        this.#depth -= 1;
        return { body, end: parser, word };
      }
      body.push(...this.statement(word, parser, chunk.line));
    }
    this.#depth -= 1;
    if (ends.length > 0) throw new TemplateError(`${ends.at(-1)} is missing`, line);
    return { body, end: null, word: '' };
  }

  /** The body up to the one block that closes it. */
  closed(end: string, line: number): Statement[] {
    const { body, end: parser } = this.body([end], line);
    parser?.end();
    return body;
  }

  statement(word: string, parser: ExpressionParser, line: number): Statement[] {
    switch (word) {
      case 'if':
        return [this.if(parser, line)];
      case 'for':
        return [this.for(parser, line)];
      case 'set':
        return [this.set(parser, line)];
      case 'print': {
        const value = parser.tuple();
        parser.end();
        return [{ kind: 'print', value, line }];
      }
      case 'macro': {
        const name = parser.word();
        const parameters = parser.parameters();
        parser.end();
        return [{ kind: 'macro', name, parameters, ...this.macroBody('endmacro', line), line }];
      }
      case 'call': {
        const parameters = parser.is('(') ? parser.parameters() : [];
        const value = parser.expression();
        parser.end();
        if (value.kind !== 'call') throw new TemplateError('call needs a call, as in {% call name() %}', line);
        return [{ kind: 'call', value, parameters, ...this.macroBody('endcall', line), line }];
      }
      case 'filter': {
        const filters = parser.filterChain();
        parser.end();
        return [{ kind: 'filter', filters, body: this.closed('endfilter', line), line }];
      }
      case 'with': {
        const bindings = parser.bindings();
        parser.end();
        return [{ kind: 'with', bindings, body: this.closed('endwith', line), line }];
      }
      case 'autoescape': {
        parser.expression();
        parser.end();
        return [{ kind: 'with', bindings: [], body: this.closed('endautoescape', line), line }];
      }
      case 'block':
        return [this.block(parser, line)];
      default:
        if (OTHER_TEMPLATES.includes(word))
          throw new TemplateError(`${word} needs other templates; there are none here`, line);
        throw new TemplateError(`Unknown tag ${word}`, line);
    }
  }

  /** No template extends this one, so a block is what it contains. */
  block(parser: ExpressionParser, line: number): Statement {
    const name = parser.word();
    while (parser.takeWord('scoped') || parser.takeWord('required'));
    parser.end();
    const { body, end } = this.body(['endblock'], line);
    end?.takeWord(name);
    end?.end();
    return { kind: 'with', bindings: [], body, line };
  }

  macroBody(end: string, line: number): { body: Statement[]; uses: MacroUses } {
    const from = this.#at;
    const body = this.closed(end, line);
    const names = new Set<string>();
    for (const chunk of this.#chunks.slice(from, this.#at - 1)) {
      if (chunk.kind === 'text') continue;
      for (const token of chunk.tokens) if (token.kind === 'name') names.add(token.text);
    }
    return { body, uses: { varargs: names.has('varargs'), kwargs: names.has('kwargs'), caller: names.has('caller') } };
  }

  if(first: ExpressionParser, line: number): Statement {
    const branches: (Statement & { kind: 'if' })['branches'] = [];
    let condition = first.tuple();
    first.end();
    this.#ifs += 1;
    for (;;) {
      const { body, end, word } = this.body(['elif', 'else', 'endif'], line);
      branches.push({ condition, body });
      if (word === 'elif' && end !== null) {
        condition = end.tuple();
        end.end();
        continue;
      }
      end?.end();
      if (word === 'else') branches.push({ condition: null, body: this.closed('endif', line) });
      this.#ifs -= 1;
      return { kind: 'if', branches, line };
    }
  }

  for(parser: ExpressionParser, line: number): Statement {
    const target = parser.target();
    parser.expectWord('in');
    const list = parser.tuple(true);
    const condition = parser.takeWord('if') ? parser.expression() : null;
    const recursive = parser.takeWord('recursive');
    parser.end();
    const { body, end, word } = this.body(['else', 'endfor'], line);
    end?.end();
    const otherwise = word === 'else' ? this.closed('endfor', line) : [];
    return { kind: 'for', target, list, condition, recursive, body, otherwise, line };
  }

  set(parser: ExpressionParser, line: number): Statement {
    const target = parser.target();
    const attribute = typeof target === 'string' && parser.take('.') ? parser.word() : null;
    if (parser.take('=')) {
      const value = parser.tuple();
      parser.end();
      return { kind: 'set', target, attribute, value, line };
    }
    const filters = parser.take('|') ? parser.filterChain() : [];
    parser.end();
    return { kind: 'setBlock', target, attribute, body: this.closed('endset', line), filters, line };
  }
}

export function parseTemplate(source: string): Statement[] {
  return new Parser(lex(source)).body([]).body;
}
