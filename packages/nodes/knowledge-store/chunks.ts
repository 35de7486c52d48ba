/**
 * Owns cutting a document into chunks: at its headings, paragraphs, lines, sentences and words, in this order, so that
 * a chunk holds what belongs together. Lengths are in characters. Does not embed or store.
 */

export interface ChunkSettings {
  /** Most characters of a chunk. */
  size: number;
  /** Most characters that a chunk repeats from the end of the one before. */
  overlap: number;
  /** Where to cut first; none: the usual places. */
  separators: readonly string[];
  /** Sections of Markdown stay apart, and each chunk begins with the headings above it. */
  markdown: boolean;
}

const USUAL = ['\n\n', '\n', '. ', '? ', '! ', '; ', ' '];
/** A heading path may not eat the chunk. */
const LONGEST_PATH = 200;

/** Cuts where no character is torn: not between the halves of a surrogate pair. */
function hardCut(text: string, size: number): string[] {
  const out: string[] = [];
  for (let at = 0; at < text.length; ) {
    let end = Math.min(text.length, at + size);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && end - at > 1 && last >= 0xd800 && last <= 0xdbff) end -= 1;
    out.push(text.slice(at, end));
    at = end;
  }
  return out;
}

/** Parts of at most `size` characters that together are the text; a part keeps the separator at its end. */
function pieces(text: string, size: number, fine: number, separators: readonly string[]): string[] {
  if (text.length <= size) return text === '' ? [] : [text];
  const [separator, ...rest] = separators;
  if (separator === undefined) return hardCut(text, fine);
  if (separator === '' || !text.includes(separator)) return pieces(text, size, fine, rest);
  const parts = text.split(separator);
  return parts.flatMap((part, i) => pieces(i < parts.length - 1 ? part + separator : part, size, fine, rest));
}

/** Joins neighbours as long as they fit; a chunk begins with the last pieces of the one before. */
function joined(parts: readonly string[], size: number, overlap: number): string[] {
  const out: string[] = [];
  let held: string[] = [];
  let length = 0;
  const emit = (): void => {
    const text = held.join('').trim();
    if (text !== '') out.push(text);
  };
  for (const part of parts) {
    if (length + part.length > size && held.length > 0) {
      emit();
      let from = 0;
      while (from < held.length && (length > overlap || length + part.length > size)) {
        length -= (held[from] as string).length;
        from += 1;
      }
      held = held.slice(from);
    }
    held.push(part);
    length += part.length;
  }
  emit();
  return out;
}

interface Section {
  path: string;
  text: string;
}

/** Sections of a Markdown text with the headings above each. What stands in a code block is no heading. */
function sections(text: string): Section[] {
  const out: Section[] = [];
  const above: { level: number; title: string }[] = [];
  let lines: string[] = [];
  let fence: string | null = null;
  const path = (): string =>
    above
      .map((heading) => heading.title)
      .join(' > ')
      .slice(0, LONGEST_PATH);
  const close = (): void => {
    const body = lines.join('\n').trim();
    if (body !== '') out.push({ path: path(), text: body });
    lines = [];
  };
  for (const line of text.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === null || mark.startsWith(fence))) fence = fence === null ? mark : null;
    const heading = fence === null ? /^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$/.exec(line) : null;
    if (heading === null) {
      lines.push(line);
      continue;
    }
    close();
    const level = (heading[1] as string).length;
    while (above.length > 0 && (above.at(-1)?.level ?? 0) >= level) above.pop();
    above.push({ level, title: heading[2] as string });
  }
  close();
  return out;
}

export function chunksOf(document: string, settings: ChunkSettings): string[] {
  const { size, overlap, markdown } = settings;
  const text = document.replaceAll('\r\n', '\n');
  const separators = settings.separators.length > 0 ? [...settings.separators, ...USUAL] : USUAL;
  // Text without any place to cut is cut so finely that an overlap can be made of it.
  const cut = (part: string, most: number): string[] => {
    const lap = Math.min(overlap, Math.floor(most / 2));
    return joined(pieces(part, most, lap > 0 ? Math.max(1, Math.min(lap, most - lap)) : most, separators), most, lap);
  };
  if (!markdown) return cut(text, size);
  return sections(text).flatMap((section) => {
    const head = section.path === '' ? '' : `${section.path}\n\n`;
    const most = Math.max(Math.ceil(size / 2), size - head.length);
    return cut(section.text, most).map((chunk) => head + chunk);
  });
}
