/**
 * Owns the forms in which a value shows up in other texts. Pure; does not search.
 */

const SHORTEST = 6;

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const byte = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

function lowerEscapes(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}

function inUrl(text: string): string[] {
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*]/g, byte);
  const form = new URLSearchParams([['', text]]).toString().slice(1);
  const forms = [component, strict, form, encodeURI(text)];
  return [...forms, ...forms.map(lowerEscapes)];
}

/**
 * Base64 of a longer text holds that of a part of it in one of three ways, by where the part begins
 * (`user:password` of basic authentication is one). Only the characters that the part alone decides.
 */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const forms = [bytes.toString('base64')];
  for (const before of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.byteLength) * 8) / 6);
    forms.push(whole.slice(first, last));
  }
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''))];
}

/** The value and its encodings, each once; none that is too short to be told from other text. */
export function formsOf(value: string): string[] {
  if (value.length < SHORTEST) return [];
  // The line end of a file or a terminal is often cut off before the value is used.
  const texts = [value.toWellFormed(), value.toWellFormed().trim()];
  const all = texts.flatMap((text) => [text, inJson(text), inJson(inJson(text)), ...inUrl(text), ...inBase64(text)]);
  return [...new Set([value, ...all])].filter((form) => form.length >= SHORTEST);
}
