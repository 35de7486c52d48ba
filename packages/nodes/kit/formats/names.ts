/** Owns which format and which media type a file name stands for. Does not look into files. */
import { unreadable } from './source.ts';

export type ReadFormat = 'ndjson' | 'json' | 'csv' | 'xlsx' | 'parquet' | 'lines' | 'text' | 'binary';
export type WriteFormat = 'ndjson' | 'json' | 'csv' | 'xlsx' | 'parquet' | 'text';

export const READ_FORMATS = [
  'auto',
  'table',
  'ndjson',
  'json',
  'csv',
  'xlsx',
  'parquet',
  'lines',
  'text',
  'binary',
] as const;
export const WRITE_FORMATS = ['auto', 'ndjson', 'json', 'csv', 'xlsx', 'parquet', 'text'] as const;

const FORMATS: Record<string, Exclude<WriteFormat, 'text'>> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
  geojson: 'json',
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
  xlsx: 'xlsx',
  xlsm: 'xlsx',
  parquet: 'parquet',
};

const MEDIA_TYPES: Record<string, string> = {
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
  json: 'application/json',
  geojson: 'application/geo+json',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  tab: 'text/tab-separated-values',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  parquet: 'application/vnd.apache.parquet',
  txt: 'text/plain',
  log: 'text/plain',
  md: 'text/markdown',
  html: 'text/html',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  zip: 'application/zip',
  gz: 'application/gzip',
  tgz: 'application/gzip',
  tar: 'application/x-tar',
  zz: 'application/zlib',
  br: 'application/x-brotli',
  zst: 'application/zstd',
};

const TEXTS: ReadonlySet<string> = new Set(['txt', 'md', 'log', 'html']);

/** Extension in small letters, empty when there is none. */
export function extensionOf(path: string): string {
  return /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}

/** Last part of a path, whichever way its slashes lean. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function own<T>(table: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

export function mediaType(path: string): string {
  return own(MEDIA_TYPES, extensionOf(path)) ?? 'application/octet-stream';
}

/** What `auto` means for reading: by the extension, else text; `table` takes formats of tables only. */
export function readFormat(wanted: string, path: string): ReadFormat {
  if (wanted === 'table') {
    const format = own(FORMATS, extensionOf(path));
    if (format === 'csv' || format === 'xlsx' || format === 'parquet') return format;
    throw unreadable(
      `file "${path}"`,
      'its name does not say that it is a table (csv, tsv, xlsx, parquet)',
      'Set format.',
    );
  }
  return wanted === 'auto' ? (own(FORMATS, extensionOf(path)) ?? 'text') : (wanted as ReadFormat);
}

/** What `auto` means for writing: by the extension, else ndjson. */
export function writeFormat(wanted: string, path: string): WriteFormat {
  if (wanted !== 'auto') return wanted as WriteFormat;
  const extension = extensionOf(path);
  return own(FORMATS, extension) ?? (TEXTS.has(extension) ? 'text' : 'ndjson');
}
