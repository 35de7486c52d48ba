/**
 * Owns paths of webhooks and forms: reading `orders/:id`, finding the one that an address fits. Pure.
 */
import { createHash } from 'node:crypto';

export interface PathPattern {
  /** As written, without slashes around it. */
  text: string;
  /** `:` stands for a part that is a parameter. Two patterns of one shape are the same address. */
  shape: string;
  parts: readonly string[];
}

const PART = /^(:[A-Za-z_][A-Za-z0-9_]{0,63}|[A-Za-z0-9._~@-]{1,128})$/;
const MOST_PARTS = 16;

/** Throws Error with a message for the author. */
export function readPath(text: string): PathPattern {
  const trimmed = text.replace(/^\/+|\/+$/g, '');
  const parts = trimmed.split('/');
  if (trimmed === '') throw new Error('path must not be empty.');
  if (parts.length > MOST_PARTS) throw new Error(`path has ${parts.length} parts; ${MOST_PARTS} are the most.`);
  const names = new Set<string>();
  for (const part of parts) {
    if (!PART.test(part) || part === '.' || part === '..') {
      throw new Error(
        `path: ${JSON.stringify(part.slice(0, 60))} must be letters, digits and . _ ~ @ - or a name such as :id.`,
      );
    }
    if (part.startsWith(':') && names.has(part)) throw new Error(`path: ${part} is there twice.`);
    names.add(part);
  }
  return { text: trimmed, parts, shape: parts.map((part) => (part.startsWith(':') ? ':' : part)).join('/') };
}

export interface PathMatch<T> {
  value: T;
  params: Record<string, string>;
}

export interface PathTable<T> {
  /** All that fit, the one with the most fixed parts in front first. */
  match(parts: readonly string[]): PathMatch<T>[];
}

export function pathTable<T>(entries: readonly { pattern: PathPattern; value: T }[]): PathTable<T> {
  const byLength = new Map<number, { pattern: PathPattern; value: T }[]>();
  for (const entry of entries) {
    const { length } = entry.pattern.parts;
    byLength.set(length, [...(byLength.get(length) ?? []), entry]);
  }
  // `:` sorts before letters; a fixed part goes before a parameter in the same place.
  const rank = ({ parts }: PathPattern): string => parts.map((part) => (part.startsWith(':') ? '1' : '0')).join('');
  for (const list of byLength.values()) list.sort((a, b) => (rank(a.pattern) < rank(b.pattern) ? -1 : 1));
  return {
    match(parts) {
      const found: PathMatch<T>[] = [];
      for (const { pattern, value } of byLength.get(parts.length) ?? []) {
        const params = Object.create(null) as Record<string, string>;
        const fits = pattern.parts.every((part, i) => {
          const given = parts[i] ?? '';
          if (!part.startsWith(':')) return part === given;
          params[part.slice(1)] = given;
          return given !== '';
        });
        if (fits) found.push({ value, params });
      }
      return found;
    },
  };
}

/** Decoded parts of the path of an address; null when they cannot be decoded. */
export function partsOfUrl(path: string): string[] | null {
  try {
    return path
      .replace(/^\/+|\/+$/g, '')
      .split('/')
      .map((part) => decodeURIComponent(part));
  } catch {
    return null;
  }
}

/** Text for a path from a name: `Über uns!` is `uber-uns`; what has no letter of a to z gets a hash. */
export function slugOf(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return plain === '' ? `w-${createHash('sha256').update(text).digest('hex').slice(0, 12)}` : plain.slice(0, 80);
}
