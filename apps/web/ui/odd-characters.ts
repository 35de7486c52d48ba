/**
 * Owns which characters would not be seen, or would make other text look like something else, and their names: those
 * that turn the direction of text, those of no width, control characters. Pure. Characters that scripts and emoji need
 * are left alone where they do their work.
 */
export interface TextPart {
  text: string;
  /** Null: plain text; else the short name of one character, such as RLO. */
  name: string | null;
}

const NAMES: Readonly<Record<number, string>> = {
  0x00ad: 'SHY',
  0x034f: 'CGJ',
  0x061c: 'ALM',
  0x115f: 'HCF',
  0x1160: 'HJF',
  0x17b4: 'AQ',
  0x17b5: 'AA',
  0x180e: 'MVS',
  0x200b: 'ZWSP',
  0x200c: 'ZWNJ',
  0x200d: 'ZWJ',
  0x200e: 'LRM',
  0x200f: 'RLM',
  0x2028: 'LS',
  0x2029: 'PS',
  0x202a: 'LRE',
  0x202b: 'RLE',
  0x202c: 'PDF',
  0x202d: 'LRO',
  0x202e: 'RLO',
  0x2060: 'WJ',
  0x2061: 'FA',
  0x2062: 'IT',
  0x2063: 'IS',
  0x2064: 'IP',
  0x2066: 'LRI',
  0x2067: 'RLI',
  0x2068: 'FSI',
  0x2069: 'PDI',
  0x3164: 'HF',
  0xfeff: 'BOM',
  0xffa0: 'HHF',
  0x0000: 'NUL',
  0x0007: 'BEL',
  0x0008: 'BS',
  0x000b: 'VT',
  0x000c: 'FF',
  0x000d: 'CR',
  0x001b: 'ESC',
  0x007f: 'DEL',
  0x0085: 'NEL',
};

/** Quick: most texts have none. Tabs and line ends are plain. */
export const ODD =
  /[\u0000-\u0008\u000b\u000c\r\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\u034f|\p{Cs}/u;

/** Flags of countries' parts, families of emoji, joins between letters of one script, line ends of Windows. */
const PLAIN =
  /\u{1f3f4}[\u{e0020}-\u{e007e}]+\u{e007f}|\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})*\u200d(?=\p{Extended_Pictographic})|[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}][\u200c\u200d]|\r\n/uy;

export const hasOdd = (text: string): boolean => ODD.test(text);

export function textParts(text: string): TextPart[] {
  if (!hasOdd(text)) return [{ text, name: null }];
  const parts: TextPart[] = [];
  let plain = '';
  const flush = (): void => {
    if (plain !== '') parts.push({ text: plain, name: null });
    plain = '';
  };
  for (let at = 0; at < text.length; ) {
    PLAIN.lastIndex = at;
    const whole = PLAIN.exec(text)?.[0];
    const character = whole ?? String.fromCodePoint(text.codePointAt(at) ?? 0);
    at += character.length;
    if (whole !== undefined || !ODD.test(character)) {
      plain += character;
      continue;
    }
    flush();
    parts.push({ text: character, name: nameOf(character) });
  }
  flush();
  return parts;
}

export function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xe0000 && code <= 0xe007f) return 'TAG';
  return NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** For places that take a text and nothing else: titles, labels, what is drawn. */
export function visibleText(text: string): string {
  if (!hasOdd(text)) return text;
  return textParts(text)
    .map(({ text: part, name }) => (name === null ? part : `\u2039${name}\u203a`))
    .join('');
}
