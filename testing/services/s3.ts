/**
 * Owns an S3 server for tests. Debian has no S3 server that a test could start by itself, so this is one of
 * the project's own, in memory: it verifies every signature by signature.ts, and speaks put, get, delete, copy,
 * list (version 2), presigned addresses and bucket creation as the S3 documentation describes them. Nothing else.
 */
import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunningService } from './server-process.ts';
import { verifySignature, type SignedRequest } from './signature.ts';

/** `user` is the access key id, `password` the secret access key. */
export interface S3Service extends RunningService {
  /** Requests as method, host and path, in order. */
  log: string[];
}

interface Stored {
  bytes: Uint8Array;
  headers: Record<string, string>;
}

export const REGION = 'eu-test-1';
const [KEY_ID, SECRET] = ['TESTKEY', 'test-secret-access-key'];

const escape = (text: string): string => text.replace(/[<>&]/g, (c) => `&#${c.charCodeAt(0)};`);

class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

function answer(response: ServerResponse, status: number, xml: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
}

function listing(objects: Map<string, Stored>, query: URLSearchParams): string {
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64url').toString();
  const most = Number(query.get('max-keys') ?? 1000);
  const shown = (name: string): string =>
    query.get('encoding-type') === 'url'
      ? encodeURIComponent(name).replaceAll('%20', '+').replaceAll('%2F', '/')
      : escape(name);
  const entries = new Map<string, string>();
  for (const key of [...objects.keys()].sort()) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut < 0) {
      const { bytes, headers } = objects.get(key) as Stored;
      entries.set(
        key,
        `<Contents><Key>${shown(key)}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;${headers['etag']}&quot;</ETag><Size>${bytes.byteLength}</Size></Contents>`,
      );
    } else {
      const shared = key.slice(0, cut + delimiter.length);
      entries.set(shared, `<CommonPrefixes><Prefix>${shown(shared)}</Prefix></CommonPrefixes>`);
    }
  }
  const rest = [...entries].filter(([name]) => name > after);
  const page = rest.slice(0, most);
  const truncated = rest.length > page.length;
  const next = Buffer.from(page.at(-1)?.[0] ?? '').toString('base64url');
  return `<ListBucketResult><IsTruncated>${truncated}</IsTruncated>${truncated ? `<NextContinuationToken>${next}</NextContinuationToken>` : ''}${page.map(([, xml]) => xml).join('')}</ListBucketResult>`;
}

export async function startS3(): Promise<S3Service> {
  const buckets = new Map<string, Map<string, Stored>>();
  const log: string[] = [];

  function handle(request: SignedRequest, response: ServerResponse): void {
    const problem = verifySignature(request, { [KEY_ID]: SECRET }, Date.now());
    if (problem !== null) throw new S3Error(403, 'SignatureDoesNotMatch', problem);
    const host = String(request.headers.host).split(':')[0] ?? '';
    const virtual = host.endsWith('.localhost') ? host.slice(0, -'.localhost'.length) : null;
    const parts = request.path.slice(1).split('/').map(decodeURIComponent);
    const bucket = virtual ?? parts.shift() ?? '';
    const key = parts.join('/');
    const objects = buckets.get(bucket);
    const { method, headers, query, bytes } = request;
    if (key === '' && method === 'PUT') {
      if (objects !== undefined) throw new S3Error(409, 'BucketAlreadyOwnedByYou', 'you have it');
      if (bucket === 'taken') throw new S3Error(409, 'BucketAlreadyExists', 'somebody has it');
      if (!Buffer.from(bytes).toString().includes(`<LocationConstraint>${REGION}<`)) {
        throw new S3Error(400, 'IllegalLocationConstraintException', 'the region is not this one');
      }
      buckets.set(bucket, new Map());
      return void response.end();
    }
    if (objects === undefined) throw new S3Error(404, 'NoSuchBucket', `no bucket ${bucket}`);
    if (key === '' && query.get('list-type') === '2') return answer(response, 200, listing(objects, query));
    if (method === 'PUT' && headers['x-amz-copy-source'] !== undefined) {
      const [from = '', ...name] = decodeURIComponent(String(headers['x-amz-copy-source'])).slice(1).split('/');
      const source = buckets.get(from)?.get(name.join('/'));
      // As S3 may: the failure comes in the body of an answer that began well.
      if (source === undefined)
        return answer(response, 200, '<Error><Code>InternalError</Code><Message>lost it</Message></Error>');
      objects.set(key, source);
      return answer(response, 200, `<CopyObjectResult><ETag>"${source.headers['etag']}"</ETag></CopyObjectResult>`);
    }
    if (method === 'PUT') {
      const etag = createHash('md5').update(bytes).digest('hex');
      const kept = Object.entries(headers).filter(
        ([name]) => name === 'content-type' || name.startsWith('x-amz-meta-'),
      );
      objects.set(key, { bytes, headers: { ...(Object.fromEntries(kept) as Record<string, string>), etag } });
      return void response.writeHead(200, { etag: `"${etag}"` }).end();
    }
    if (method === 'DELETE') {
      objects.delete(key);
      return void response.writeHead(204).end();
    }
    const found = objects.get(key);
    if (found === undefined) throw new S3Error(404, 'NoSuchKey', `no object ${key}`);
    const more = { 'etag': `"${found.headers['etag']}"`, 'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT' };
    response.writeHead(200, { ...found.headers, ...more }).end(found.bytes);
  }

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '', 'http://server');
      const { method = '', headers } = incoming;
      log.push(`${method} ${headers.host?.split(':')[0]}${url.pathname}`);
      try {
        const bytes = Buffer.concat(chunks);
        handle({ method, path: url.pathname, query: url.searchParams, headers, bytes }, response);
      } catch (error) {
        const { status, code, message } =
          error instanceof S3Error ? error : new S3Error(500, 'InternalError', String(error));
        answer(response, status, `<Error><Code>${code}</Code><Message>${escape(message)}</Message></Error>`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const [host, { port }] = ['localhost', server.address() as AddressInfo];
  return {
    url: `http://${host}:${port}`,
    host,
    port,
    user: KEY_ID,
    password: SECRET,
    log,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
