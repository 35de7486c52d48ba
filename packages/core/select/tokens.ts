/** Owns cutting the text of a SELECT into words, values and signs. Does not know what they mean together. */
import { SelectError } from './syntax.ts';

export interface Token {
  kind: 'word' | 'name' | 'text' | 'number' | 'sign' | 'end';
  /** Names and texts without their quotes. */
  text: string;
  /** Where it begins in the query. */
  at: number;
}

const TOKEN =
  /(?<space>\s+|--[^\n]*|\/\*[^]*?\*\/)|(?<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)|(?<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")|(?<name>`[^`]*`|\[[^\]]*\])|(?<word>[\p{L}_$@][\p{L}\p{N}_$]*)|(?<sign>->|<=|>=|<>|!=|==|\|\||[-+*/%=<>(),.;])/iuy;

const MOST_CHARS = 100_000;

export function tokensOf(query: string): Token[] {
  if (query.length > MOST_CHARS) throw new SelectError('The query is too long.');
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < query.length) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(query)?.groups;
    if (groups === undefined) throw new SelectError(`At position ${at + 1} stands ${JSON.stringify(query[at])}.`);
    const { number, text, name, word, sign } = groups;
    if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (text !== undefined) tokens.push({ kind: 'text', text: unquoted(text), at });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name.slice(1, -1), at });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at });
  }
  tokens.push({ kind: 'end', text: 'the end', at: query.length });
  return tokens;
}

function unquoted(text: string): string {
  const quote = text.charAt(0);
  return text
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .replace(/\\(["'\\])/g, '$1');
}
