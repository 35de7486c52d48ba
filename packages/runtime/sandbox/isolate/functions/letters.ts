/** Owns the data functions that change letters: case, plain letters, Markdown. */

/** Words that titles leave small unless they begin. */
const SMALL = new Set('a an and as at but by en for if in nor of on or per so the to up v via vs yet'.split(' '));

/** Capitals at the beginning of words; what is written in capitals already stays. */
export function titleCase(text: string): string {
  let isFirst = true;
  return text.replace(/[\p{L}\p{N}][^\s-]*/gu, (word: string) => {
    const keeps = !isFirst && SMALL.has(word);
    isFirst = false;
    return keeps ? word : capital(word);
  });
}

export function sentenceCase(text: string): string {
  return text
    .toLowerCase()
    .replace(/(^\s*|[.!?…]\s+)(\p{Ll})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
}

export function snakeCase(text: string): string {
  return text
    .toLowerCase()
    .trim()
    .replace(/[\s-]+/g, '_')
    .replace(/[^\p{L}\p{M}\p{N}_]/gu, '');
}

function capital(word: string): string {
  const [first = ''] = word;
  return first.toUpperCase() + word.slice(first.length);
}

/** Letters and signs that no decomposition leads to plain ones. */
const PLAIN: ReadonlyMap<string, string> = new Map(
  [
    'ß:ss ẞ:SS æ:ae Æ:AE œ:oe Œ:OE ø:o Ø:O đ:d Đ:D ð:d Ð:D þ:th Þ:TH ł:l Ł:L ħ:h Ħ:H ŧ:t Ŧ:T ŋ:n Ŋ:N ı:i ĸ:k ŉ:n',
    'ſ:s ə:e Ə:E ƒ:f ’:\' ‘:\' ‚:, ‛:\' ‹:\' ›:\' “:" ”:" „:" «:" »:" –:- —:- ‐:- ‑:- −:- …:... •:* ×:x',
    '€:EUR £:PS ©:(c) ®:(r) ™:tm',
    'а:a б:b в:v г:g д:d е:e ж:zh з:z и:i к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:h ц:ts ч:ch ш:sh щ:sch',
    'ъ: ы:y ь: э:e ю:yu я:ya є:ye ґ:g і:i ђ:dj ј:j љ:lj њ:nj ћ:c џ:dz',
    'α:a β:b γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r σ:s ς:s τ:t υ:y φ:f χ:ch ψ:ps ω:o',
  ]
    .flatMap((line) => line.split(' '))
    .map((pair): [string, string] => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)]),
);

/** Text in plain letters: Latin without marks, Cyrillic and Greek by sound; other scripts stay. */
export function plainLetters(text: string): string {
  let out = '';
  for (const letter of text.replaceAll('й', 'y').replaceAll('Й', 'Y').normalize('NFD')) {
    // Marks of Latin, Greek and Cyrillic only: in other scripts they are letters of the word.
    if (letter >= '\u0300' && letter <= '\u036f') continue;
    const plain = PLAIN.get(letter);
    const small = plain === undefined ? PLAIN.get(letter.toLowerCase()) : undefined;
    out += plain ?? (small === undefined ? letter : capital(small));
  }
  return out.normalize('NFC');
}

/** The words of Markdown without its marks. Links keep their text, images their description. */
export function removeMarkdown(text: string): string {
  return text
    .replace(/^[ \t]*(`{3,}|~{3,})[^\n]*$/gm, '')
    .replace(/<[^>]*>/g, '')
    .replace(/^[ \t]{0,3}(?:[-*_][ \t]*){3,}$/gm, '')
    .replace(/^[ \t]{0,3}[=-]{2,}[ \t]*$/gm, '')
    .replace(/^[ \t]{0,3}\[[^\]\n]{1,200}\]:[^\n]*$/gm, '')
    .replace(/\[\^[^\]\n]{1,200}\](?::[^\n]*)?/g, '')
    .replace(/!\[([^\]\n]{0,500})\](?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,200}\])/g, '$1')
    .replace(/\[([^\]\n]{0,500})\](?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,200}\])/g, '$1')
    .replace(/^[ \t]{0,3}(?:>[ \t]?)+/gm, '')
    .replace(/^([ \t]*)(?:[*+-]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/gm, '$1')
    .replace(/^[ \t]{0,3}#{1,6}[ \t]+([^\n]*?)[ \t]*#*[ \t]*$/gm, '$1')
    .replace(/(\*{1,3})(?=\S)([^*\n]{1,2000}?\S?)\1/g, '$2')
    .replace(/(?<![\p{L}\p{N}_])(_{1,3})(?=\S)([^_\n]{1,2000}?\S?)\1(?![\p{L}\p{N}_])/gu, '$2')
    .replace(/~~([^~\n]{1,2000})~~/g, '$1')
    .replace(/(`{1,2})([^`\n]{1,2000})\1/g, '$2')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
