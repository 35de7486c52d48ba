/**
 * Owns where a text stops being JSON, and what stands there. For texts that JSON.parse refuses; it does not always
 * say where.
 */
export interface JsonFault {
  offset: number;
  what: string;
}

const ESCAPES = new Set(['"', '\\', '/', 'b', 'f', 'n', 'r', 't']);
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** What may come next: a value, the first key or the end, a key, a colon, a comma or the end. */
type Expected = 'value' | 'first' | 'key' | 'colon' | 'more' | 'end';

const WORDS: Record<Expected, string> = {
  value: 'a value',
  first: 'a key in double quotes, or }',
  key: 'a key in double quotes',
  colon: 'a colon',
  more: 'a comma or the end of the list or object',
  end: 'the end of the file',
};

export function jsonFault(text: string): JsonFault {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  const fault = (): JsonFault =>
    at >= text.length
      ? { offset: text.length, what: `it ends where ${WORDS[expected]} is expected` }
      : {
          offset: at,
          what: `expected ${WORDS[expected]}, found ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}`,
        };
  const after = (): Expected => (open.length === 0 ? 'end' : 'more');
  for (;;) {
    while (/\s/.test(text[at] ?? 'x')) at += 1;
    const c = text[at];
    if (c === undefined) return fault();
    if (c === '"' && (expected === 'value' || expected === 'first' || expected === 'key')) {
      const end = stringEnd(text, at);
      if (typeof end !== 'number') return end;
      at = end;
      expected = expected === 'value' ? after() : 'colon';
    } else if ((c === '{' || c === '[') && expected === 'value') {
      open.push(c);
      at += 1;
      // An empty list ends where a value is expected.
      expected = c === '{' ? 'first' : 'value';
      if (c === '[') {
        while (/\s/.test(text[at] ?? 'x')) at += 1;
        if (text[at] === ']') expected = 'more';
      }
    } else if (c === '}' && (expected === 'first' || expected === 'more') && open.at(-1) === '{') {
      open.pop();
      at += 1;
      expected = after();
    } else if (c === ']' && expected === 'more' && open.at(-1) === '[') {
      open.pop();
      at += 1;
      expected = after();
    } else if (c === ',' && expected === 'more') {
      at += 1;
      expected = open.at(-1) === '{' ? 'key' : 'value';
    } else if (c === ':' && expected === 'colon') {
      at += 1;
      expected = 'value';
    } else if (expected === 'value') {
      WORD.lastIndex = at;
      const word = WORD.exec(text)?.[0];
      if (word === undefined) return fault();
      at += word.length;
      expected = after();
    } else return fault();
  }
}

/** Behind the closing quote of the string that begins here. */
function stringEnd(text: string, from: number): number | JsonFault {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 34) return at + 1;
    if (code < 32) return { offset: at, what: 'a text in quotes does not end in its line' };
    if (code !== 92) continue;
    const next = text[at + 1] ?? '';
    const unicode = next === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6));
    if (!ESCAPES.has(next) && !unicode) return { offset: at, what: `\\${next} means nothing in a text` };
    at += 1;
  }
  return { offset: from, what: 'a text in quotes has no end' };
}
