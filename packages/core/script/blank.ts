/**
 * Owns telling code from what only looks like it: comments, strings and regular expressions of JavaScript or
 * TypeScript text become spaces of the same length, so that words can be searched for. Does not parse.
 */

/** Words after which a slash begins a regular expression. */
const BEFORE_REGEX = /(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield)$/;

interface Blanked {
  /** The text with everything blank that is no code; lines stay. */
  code: string;
  /** The same, with strings left as they are. */
  withStrings: string;
}

export function blank(source: string): Blanked {
  const out = source.split('');
  const strings = source.split('');
  /** Depth of braces at which each open template goes on. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  const wipe = (from: number, to: number, isString: boolean): void => {
    for (let i = from; i < to; i += 1) {
      if (out[i] === '\n') continue;
      out[i] = ' ';
      if (!isString) strings[i] = ' ';
    }
  };
  const templateFrom = (start: number): number => {
    let i = start;
    while (i < source.length && source[i] !== '`') {
      if (source[i] === '\\') i += 1;
      else if (source[i] === '$' && source[i + 1] === '{') {
        wipe(start, i, true);
        templates.push(depth);
        depth += 1;
        return i + 2;
      }
      i += 1;
    }
    wipe(start, Math.min(i, source.length), true);
    return i + 1;
  };
  while (at < source.length) {
    const c = source[at] as string;
    if (c === '/' && source[at + 1] === '/') {
      const end = lineEnd(source, at);
      wipe(at, end, false);
      at = end;
    } else if (c === '/' && source[at + 1] === '*') {
      const close = source.indexOf('*/', at + 2);
      const end = close < 0 ? source.length : close + 2;
      wipe(at, end, false);
      at = end;
    } else if (c === '"' || c === "'") {
      const end = quoteEnd(source, at);
      wipe(at + 1, end - 1, true);
      at = end;
    } else if (c === '`') at = templateFrom(at + 1);
    else if (c === '/' && startsRegex(source, at)) {
      const end = regexEnd(source, at);
      wipe(at, end, false);
      at = end;
    } else {
      if (c === '{') depth += 1;
      else if (c === '}') {
        depth -= 1;
        if (templates.at(-1) === depth) {
          templates.pop();
          at = templateFrom(at + 1);
          continue;
        }
      }
      at += 1;
    }
  }
  return { code: out.join(''), withStrings: strings.join('') };
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf('\n', from);
  return end < 0 ? source.length : end;
}

function quoteEnd(source: string, from: number): number {
  const quote = source[from];
  for (let i = from + 1; i < source.length; i += 1) {
    if (source[i] === '\\') i += 1;
    else if (source[i] === quote) return i + 1;
    else if (source[i] === '\n') return i;
  }
  return source.length;
}

function startsRegex(source: string, at: number): boolean {
  const before = source.slice(Math.max(0, at - 40), at).trimEnd();
  if (before === '' || /[(,=:[!&|?{};+\-*%<>~^]$/.test(before)) return true;
  return BEFORE_REGEX.test(before);
}

function regexEnd(source: string, from: number): number {
  let inClass = false;
  for (let i = from + 1; i < source.length; i += 1) {
    const c = source[i];
    if (c === '\n') return from + 1;
    if (c === '\\') i += 1;
    else if (c === '[') inClass = true;
    else if (c === ']') inClass = false;
    else if (c === '/' && !inClass) return i + 1;
  }
  return from + 1;
}
