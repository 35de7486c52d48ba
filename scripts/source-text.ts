/**
 * Owns blanking what is not code in TypeScript text: comments, template literals, regular
 * expressions. Line numbers stay. A small scanner, not a parser: it serves the import scanner.
 */

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** After these a slash begins a regular expression, not a division. */
const BEFORE_PATTERN = /(?:^|[(,=:[!&|?{};+\-*%~^<>\n]|\b(?:return|case|typeof|of|in))\s*$/;

/** Index after the quoted text that begins at `at`. */
function afterQuoted(source: string, at: number): number {
  const quote = source[at];
  let i = at + 1;
  while (i < source.length && source[i] !== quote && source[i] !== '\n') i += source[i] === '\\' ? 2 : 1;
  return i + 1;
}

/** Index after the template literal that begins at `at`, with the expressions inside it. */
function afterTemplate(source: string, at: number): number {
  let i = at + 1;
  while (i < source.length && source[i] !== '`') {
    if (source[i] === '\\') i += 2;
    else if (source.startsWith('${', i)) i = afterExpression(source, i + 2);
    else i += 1;
  }
  return i + 1;
}

/** Index after the closing brace of an expression in a template literal. */
function afterExpression(source: string, from: number): number {
  let depth = 1;
  let i = from;
  while (i < source.length && depth > 0) {
    const c = source[i];
    if (c === '`') i = afterTemplate(source, i);
    else if (c === "'" || c === '"') i = afterQuoted(source, i);
    else {
      if (c === '{') depth += 1;
      else if (c === '}') depth -= 1;
      i += 1;
    }
  }
  return i;
}

function afterPattern(source: string, at: number): number {
  let inClass = false;
  let i = at + 1;
  while (i < source.length && source[i] !== '\n' && (inClass || source[i] !== '/')) {
    if (source[i] === '\\') i += 1;
    else if (source[i] === '[') inClass = true;
    else if (source[i] === ']') inClass = false;
    i += 1;
  }
  return i + 1;
}

/** The code with everything else blanked; quoted texts stay, because specifiers are such. */
export function codeOf(source: string): string {
  let out = '';
  let i = 0;
  const skip = (end: number): void => {
    out += blank(source.slice(i, end));
    i = end;
  };
  while (i < source.length) {
    const c = source[i];
    if (source.startsWith('//', i)) skip(source.indexOf('\n', i) < 0 ? source.length : source.indexOf('\n', i));
    else if (source.startsWith('/*', i))
      skip(source.indexOf('*/', i) < 0 ? source.length : source.indexOf('*/', i) + 2);
    else if (c === '`') skip(afterTemplate(source, i));
    else if (c === '/' && BEFORE_PATTERN.test(out.slice(-40))) skip(afterPattern(source, i));
    else if (c === "'" || c === '"') {
      const end = afterQuoted(source, i);
      out += source.slice(i, end);
      i = end;
    } else {
      out += c;
      i += 1;
    }
  }
  return out;
}
