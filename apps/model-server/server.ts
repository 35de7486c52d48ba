/**
 * Owns the toy model server as a value: listening, keys, routes, bounded bodies, and the troubles a script asks for.
 * What is answered is chat.ts and embedding.ts, its form completion.ts. Does not read the command line.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, BadRequest, CHAT_MODEL, isObject, readChatRequest, type Answer, type ChatRequest } from './chat.ts';
import { CREATED, sendEvents, sendJson, sendWhole } from './completion.ts';
import { DIMENSIONS, embed } from './embedding.ts';
import { tokensOf } from './prose.ts';

export interface ModelServerOptions {
  /** 0 is any free port. */
  port?: number;
  host?: string;
  /** Key that callers must send; none: everyone may call. */
  apiKey?: string;
}

export interface ModelServer {
  /** Base URL for OpenAI-compatible clients: it ends in /v1. */
  url: string;
  /** What was asked so far, for tests and for people. */
  facts(): { chats: number; embeddings: number; refused: number; aborted: number; bodies: unknown[] };
  close(): Promise<void>;
}

export const EMBEDDING_MODEL = 'toy-embedding';
const MOST_BODY_BYTES = 32 * 1024 * 1024;
const MOST_INPUTS = 2048;
const MOST_DIMENSIONS = 4096;
const MOST_BODIES = 100;
const MOST_COUNTED = 1000;

class Refusal extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly headers: Record<string, string>;
  constructor(status: number, message: string, type: string, code: string | null = null, headers = {}) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = code;
    this.headers = headers;
  }
}

const invalid = (message: string, code: string | null = null): Refusal =>
  new Refusal(400, message, 'invalid_request_error', code);

async function readBody(request: IncomingMessage): Promise<{ value: unknown; text: string }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).byteLength;
    if (size > MOST_BODY_BYTES)
      throw new Refusal(413, `The body is larger than ${MOST_BODY_BYTES} bytes.`, 'invalid_request_error');
    parts.push(part as Buffer);
  }
  const text = Buffer.concat(parts).toString();
  try {
    return { value: JSON.parse(text) as unknown, text };
  } catch {
    throw invalid('The body is not valid JSON.');
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function checkKey(request: IncomingMessage, apiKey: string | undefined): void {
  if (apiKey === undefined) return;
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (given === undefined) throw new Refusal(401, 'No API key was sent.', 'invalid_request_error', 'invalid_api_key');
  if (!timingSafeEqual(digest(given), digest(apiKey))) {
    throw new Refusal(401, 'The API key is not correct.', 'invalid_request_error', 'invalid_api_key');
  }
}

function checkModel(body: unknown, model: string): void {
  const asked = isObject(body) ? body['model'] : undefined;
  if (asked !== model) {
    throw new Refusal(
      404,
      `The model ${JSON.stringify(asked ?? null)} does not exist here; there is ${model}.`,
      'invalid_request_error',
      'model_not_found',
    );
  }
}

/** Ends the answer as its script says, or says that there is nothing to do. */
async function makeTrouble(
  response: ServerResponse,
  request: ChatRequest,
  made: Answer,
  seen: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { trouble } = made;
  switch (trouble?.kind) {
    case 'status':
      if (seen > trouble.times) return false;
      throw new Refusal(
        trouble.status,
        `The prompt asked for an answer with status ${trouble.status}.`,
        trouble.status === 429 ? 'rate_limit_error' : 'server_error',
        null,
        trouble.retryAfter === null ? {} : { 'retry-after': trouble.retryAfter },
      );
    case 'context':
      throw invalid(
        `This model's maximum context length is 8 tokens, but the messages have ${made.promptTokens}.`,
        'context_length_exceeded',
      );
    case 'hang':
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      return true;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>this is not JSON</html>');
      return true;
    case 'huge':
      response.writeHead(200, { 'content-type': request.stream ? 'text/event-stream' : 'application/json' });
      response.end(' '.repeat(trouble.bytes));
      return true;
    case 'truncate':
      if (request.stream) return false;
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write('{"id":"', () => response.destroy());
      return true;
    default:
      return false;
  }
}

function sendEmbeddings(response: ServerResponse, body: unknown): void {
  checkModel(body, EMBEDDING_MODEL);
  const { input, dimensions = DIMENSIONS, encoding_format: format } = body as Record<string, unknown>;
  const texts = Array.isArray(input) ? (input as unknown[]) : [input];
  if (texts.length === 0 || texts.length > MOST_INPUTS) throw invalid(`input must hold 1 to ${MOST_INPUTS} texts.`);
  if (!texts.every((text) => typeof text === 'string' && text !== ''))
    throw invalid('input must be texts that are not empty.');
  if (!Number.isInteger(dimensions) || Number(dimensions) < 1 || Number(dimensions) > MOST_DIMENSIONS) {
    throw invalid(`dimensions must be a whole number from 1 to ${MOST_DIMENSIONS}.`);
  }
  const data = (texts as string[]).map((text, index) => {
    const vector = embed(text, Number(dimensions));
    const embedding = format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector;
    return { object: 'embedding', index, embedding };
  });
  const tokens = (texts as string[]).reduce((sum, text) => sum + tokensOf(text).length, 0);
  sendJson(response, 200, {
    object: 'list',
    data,
    model: EMBEDDING_MODEL,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}

export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const counts = { chats: 0, embeddings: 0, refused: 0, aborted: 0 };
  const bodies: unknown[] = [];
  /** How often the same body was asked, for `fail once`. */
  const asked = new Map<string, number>();

  const chat = async (incoming: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> => {
    const { value, text } = await readBody(incoming);
    checkModel(value, CHAT_MODEL);
    const request = readChatRequest(value);
    counts.chats += 1;
    if (bodies.push(value) > MOST_BODIES) bodies.shift();
    const made = answer(request);
    const id = `chatcmpl-${digest(text).toString('hex').slice(0, 16)}`;
    if (asked.size > MOST_COUNTED) asked.clear();
    const seen = (asked.get(id) ?? 0) + 1;
    asked.set(id, seen);
    if (made.delayMs > 0) await sleep(made.delayMs, undefined, { signal });
    if (await makeTrouble(response, request, made, seen, signal)) return;
    if (request.stream) await sendEvents(response, request, made, id, signal);
    else sendWhole(response, made, id);
  };

  const route = async (incoming: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> => {
    checkKey(incoming, options.apiKey);
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
    const path = `${incoming.method} ${pathname.replace(/\/$/, '')}`;
    if (path === 'POST /v1/chat/completions') return chat(incoming, response, signal);
    if (path === 'POST /v1/embeddings') {
      counts.embeddings += 1;
      return sendEmbeddings(response, (await readBody(incoming)).value);
    }
    if (path === 'GET /v1/models') {
      const data = [CHAT_MODEL, EMBEDDING_MODEL].map((id) => ({
        id,
        object: 'model',
        created: CREATED,
        owned_by: 'rondo-toy',
      }));
      return sendJson(response, 200, { object: 'list', data });
    }
    throw new Refusal(404, `There is no ${path} here.`, 'invalid_request_error');
  };

  const server = createServer((incoming, response) => {
    const gone = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) counts.aborted += 1;
      gone.abort();
    });
    route(incoming, response, gone.signal).catch((error: unknown) => {
      if (response.headersSent || gone.signal.aborted) return response.destroy();
      counts.refused += 1;
      const known = error instanceof BadRequest ? invalid(error.message, error.code) : error;
      const { status, message, type, code, headers } =
        known instanceof Refusal ? known : new Refusal(500, 'The toy model server failed.', 'server_error');
      // The rest of a body that is too large is not read.
      if (status === 413) response.setHeader('connection', 'close');
      return sendJson(response, status, { error: { message, type, param: null, code } }, headers);
    });
  });
  const host = options.host ?? '127.0.0.1';
  await listening(server, options.port ?? 0, host);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/v1`,
    facts: () => ({ ...counts, bodies: [...bodies] }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
