/**
 * Owns what the body of a request means: JSON, form fields, text, files. Files go to the blob store as they
 * come; what they are called in an item is decided here, never by the client's JSON. Does not check who calls.
 */
import type { FastifyRequest } from 'fastify';
import type { FileRef, Json } from '@rondo/core/model/item.ts';
import { LIMITS } from '@rondo/core/model/limits.ts';
import type { BlobStore } from '@rondo/runtime/blobs/blobs.ts';
import { Problem } from '../http/problem.ts';
import { bounded, checkLength, readAllBytes, tooLarge } from './bytes.ts';

export interface ReadBody {
  body: Json;
  /** The body as it came; null where it was not kept in memory. */
  bytes: Buffer | null;
  files: Record<string, FileRef>;
  /** Fields of a form in the order they came. */
  fields: Map<string, string[]>;
}

export interface BodyOptions {
  as: 'auto' | 'json' | 'form' | 'text' | 'binary';
  maxBytes: number;
  blobs: BlobStore | null;
  /** The bytes are needed: for a signature, or for rawBody. */
  keep: boolean;
}

/** Longest body that is held in memory. */
const MOST_IN_MEMORY = 16 * 1024 * 1024;
const MOST_FILES = 50;
const MOST_FIELDS = 1_000;
const MOST_FIELD_BYTES = 1024 * 1024;
/** Name of the file that a whole body becomes. */
const DATA = 'data';

export async function readBody(request: FastifyRequest, options: BodyOptions): Promise<ReadBody> {
  const { maxBytes, blobs, keep } = options;
  checkLength(request.headers['content-length'], maxBytes);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Problem(
      415,
      'content-encoding',
      `Bodies with content-encoding ${JSON.stringify(encoding.slice(0, 40))} are not taken; send it as it is.`,
    );
  }
  const [type, charset] = contentType(request.headers['content-type']);
  const empty = request.headers['content-length'] === '0' || !hasBody(request);
  if (empty) return { body: null, bytes: Buffer.alloc(0), files: {}, fields: new Map() };
  const kind = kindOf(options.as, type);
  if (kind === 'multipart') {
    if (keep) {
      throw new Problem(
        415,
        'content-type',
        'Multipart bodies are not taken here: the signature, or rawBody, needs the body in one piece.',
      );
    }
    return readMultipart(request, maxBytes, blobs);
  }
  if (kind === 'file' && !keep) {
    const stored = await store(blobs).put(bounded(request.raw, maxBytes));
    return { body: null, bytes: null, files: { [DATA]: { ...stored, mime: type } }, fields: new Map() };
  }
  const bytes = await readAllBytes(request.raw, Math.min(maxBytes, MOST_IN_MEMORY));
  const read = { bytes, files: {}, fields: new Map<string, string[]>() };
  switch (kind) {
    case 'file': {
      const stored = await store(blobs).put(bytes);
      return { ...read, body: null, files: { [DATA]: { ...stored, mime: type } } };
    }
    case 'json':
      return { ...read, body: readJson(decode(bytes, 'utf-8')) };
    case 'form': {
      const fields = readFields(decode(bytes, 'utf-8'));
      return { ...read, body: objectOf(fields), fields };
    }
    default:
      return { ...read, body: decode(bytes, charset) };
  }
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
}

function contentType(header: string | undefined): [type: string, charset: string] {
  const [type = '', ...parameters] = (header ?? '').split(';');
  const charset = parameters.map((one) => /^\s*charset\s*=\s*"?([\w.:-]{1,40})"?\s*$/i.exec(one)?.[1]).find(Boolean);
  return [type.trim().toLowerCase() || 'application/octet-stream', charset ?? 'utf-8'];
}

function kindOf(as: BodyOptions['as'], type: string): 'json' | 'form' | 'multipart' | 'text' | 'file' {
  const isForm = type === 'application/x-www-form-urlencoded';
  const isMultipart = type === 'multipart/form-data';
  const isJson = type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type);
  const wrong = (expected: string): Problem =>
    new Problem(415, 'content-type', `A body of ${expected} is expected, not ${JSON.stringify(type.slice(0, 80))}.`);
  switch (as) {
    case 'json':
      if (!isJson) throw wrong('application/json');
      return 'json';
    case 'form':
      if (!isForm && !isMultipart) throw wrong('application/x-www-form-urlencoded or multipart/form-data');
      return isForm ? 'form' : 'multipart';
    case 'text':
      return 'text';
    case 'binary':
      return 'file';
    default:
      if (isJson) return 'json';
      if (isForm) return 'form';
      if (isMultipart) return 'multipart';
      return type.startsWith('text/') || /^application\/([\w.-]+\+)?xml$/.test(type) ? 'text' : 'file';
  }
}

function store(blobs: BlobStore | null): BlobStore {
  if (blobs !== null) return blobs;
  throw new Problem(415, 'content-type', 'This server keeps no files (it has no data folder).');
}

function decode(bytes: Buffer, charset: string): string {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset, { fatal: true });
  } catch {
    throw new Problem(415, 'content-type', `The character set ${JSON.stringify(charset)} is not known.`);
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Problem(400, 'body-invalid', `The body is not valid ${charset} text.`);
  }
}

function readJson(text: string): Json {
  const most = LIMITS['item.depth'].default;
  if (tooDeep(text, most)) {
    throw new Problem(400, 'body-invalid', `The JSON is nested deeper than ${most} levels (limit item.depth).`);
  }
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    // The message would quote what was sent.
    const at = /position \d+/.exec(error instanceof Error ? error.message : '')?.[0];
    throw new Problem(400, 'body-invalid', `The body is not valid JSON${at === undefined ? '' : ` (at ${at})`}.`);
  }
}

/** Whether brackets outside texts are nested deeper than `most`. */
function tooDeep(text: string, most: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 34) quoted = !quoted;
    else if (c === 92 && quoted) i += 1;
    else if (!quoted && (c === 91 || c === 123)) {
      depth += 1;
      if (depth > most) return true;
    } else if (!quoted && (c === 93 || c === 125)) depth -= 1;
  }
  return false;
}

export function readFields(text: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1;
    if (count > MOST_FIELDS) throw new Problem(413, 'too-many-fields', `More than ${MOST_FIELDS} fields were sent.`);
    fields.set(name, [...(fields.get(name) ?? []), value]);
  }
  return fields;
}

/** One value as text, several as a list. Names are data, `__proto__` too. */
export function objectOf(fields: ReadonlyMap<string, readonly string[]>): Record<string, Json> {
  const object = Object.create(null) as Record<string, Json>;
  for (const [name, values] of fields) object[name] = values.length === 1 ? (values[0] ?? '') : [...values];
  return object;
}

async function readMultipart(request: FastifyRequest, maxBytes: number, blobs: BlobStore | null): Promise<ReadBody> {
  const fields = new Map<string, string[]>();
  const files = Object.create(null) as Record<string, FileRef>;
  let left = maxBytes;
  const limits = {
    fileSize: maxBytes,
    files: MOST_FILES,
    fields: MOST_FIELDS,
    fieldSize: MOST_FIELD_BYTES,
    parts: MOST_FILES + MOST_FIELDS,
  };
  try {
    for await (const part of request.parts({ limits })) {
      if (part.type === 'field') {
        const value = String(part.value);
        left -= Buffer.byteLength(value);
        if (part.valueTruncated || left < 0) throw tooLarge(Math.min(maxBytes, MOST_FIELD_BYTES));
        fields.set(part.fieldname, [...(fields.get(part.fieldname) ?? []), value]);
        continue;
      }
      // A file field that nobody filled in.
      if (part.filename === '' || part.filename === undefined) {
        part.file.resume();
        continue;
      }
      const stored = await store(blobs).put(bounded(part.file, Math.max(0, left)));
      left -= stored.size;
      if (part.file.truncated) throw tooLarge(maxBytes);
      files[freeName(files, part.fieldname)] = {
        ...stored,
        name: part.filename.slice(-255),
        mime: part.mimetype.slice(0, 255),
      };
    }
  } catch (error) {
    throw multipartProblem(error, maxBytes);
  }
  return { body: objectOf(fields), bytes: null, files, fields };
}

/** `photo`, `photo_1`, `photo_2` ... where a field holds several files. */
function freeName(files: Record<string, FileRef>, name: string): string {
  if (!(name in files)) return name;
  for (let i = 1; ; i += 1) if (!(`${name}_${i}` in files)) return `${name}_${i}`;
}

function multipartProblem(error: unknown, maxBytes: number): unknown {
  if (error instanceof Problem) return error;
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'FST_REQ_FILE_TOO_LARGE') return tooLarge(maxBytes);
  if (code === 'FST_FILES_LIMIT' || code === 'FST_PARTS_LIMIT' || code === 'FST_FIELDS_LIMIT') {
    return new Problem(413, 'too-many-fields', `More than ${MOST_FILES} files or ${MOST_FIELDS} fields were sent.`);
  }
  if (code === 'FST_PROTO_VIOLATION') return new Problem(400, 'body-invalid', 'A field has a name that is not taken.');
  if (error instanceof Error && /multipart|unexpected end|malformed|boundary|part header/i.test(message ?? '')) {
    return new Problem(400, 'body-invalid', 'The multipart body is not valid or was cut off.');
  }
  return error;
}
