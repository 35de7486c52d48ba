/** Owns /hooks/...: from a request to a run of the workflow whose webhook fits, and its answer. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Json } from '@rondo/core/model/item.ts';
import { checkSameOrigin } from '../http/origin.ts';
import { Problem } from '../http/problem.ts';
import { route, type Route } from '../http/route.ts';
import { checkCaller, checkSignature, isSigned } from '../hooks/auth.ts';
import { readBody, readFields, objectOf } from '../hooks/body.ts';
import { runFor, type Hook, type HookContext } from '../hooks/context.ts';
import { sendResponse } from '../hooks/send.ts';
import type { Outcome } from '../runs/outcome.ts';
import { partsOfUrl, type PathMatch } from '../triggers/paths.ts';

export function hookRoutes(context: HookContext): Route[] {
  return [
    route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      path: '/hooks/*',
      scope: 'public',
      summary: 'Starts the workflow whose webhook has this path.',
      stream: true,
      // The trigger says how long.
      timeoutMs: null,
      handler: ({ request, reply }) => handle(context, request, reply),
    }),
  ];
}

async function handle(context: HookContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const [path = '', search = ''] = splitOnce(request.raw.url ?? '', '?');
  const parts = partsOfUrl(path.slice('/hooks/'.length));
  const found = parts === null ? [] : context.hooks().match(parts);
  const [first] = found;
  // The path may be what makes the address a secret: it is not repeated.
  if (first === undefined) throw new Problem(404, 'not-found', 'There is no webhook at this address.');
  if (request.method === 'OPTIONS') return preflight(found, request, reply);
  const match = found.find(({ value }) => (value.webhook.methods as string[]).includes(request.method));
  if (match === undefined) {
    const methods = [...new Set(found.flatMap(({ value }) => value.webhook.methods))].join(', ');
    throw new Problem(405, 'method', `This webhook takes ${methods}.`, { headers: { allow: methods } });
  }
  const hook = match.value;
  const allowed = allowOrigin(hook.webhook.cors, request, reply);
  // A page that was not named may not call behind the back of whoever looks at it; programs send no origin.
  if (!allowed && request.headers.origin !== undefined) checkSameOrigin(request, context.publicHost, false);
  const { auth } = hook.webhook;
  await checkCaller(auth, request.headers, context.secret, context.report);
  const { rawBody, maxBytes, body: as } = hook.webhook;
  const read = await readBody(request, { as, maxBytes, blobs: context.blobs, keep: rawBody || isSigned(auth) });
  const { headers } = request;
  const signed = read.bytes ?? Buffer.alloc(0);
  await checkSignature(auth, headers, signed, context.clock.now(), context.secret, context.report);
  const item: Record<string, Json> = {
    method: request.method,
    path,
    params: match.params,
    query: objectOf(readFields(search)),
    headers: shownHeaders(request, hook),
    body: read.body,
    ...(rawBody ? { rawBody: signed.toString('utf8') } : {}),
  };
  const { respond: mode, timeout: timeoutMs, idempotencyHeader } = hook.webhook;
  const key = keyOf(request, hook, idempotencyHeader);
  const outcome = await runFor(context, { bound: hook, item, files: read.files, mode, timeoutMs, key }, reply);
  return answer(context, hook, outcome, reply);
}

/** The id of a signed message is its key, so that one that is sent again starts nothing. */
function keyOf(request: FastifyRequest, { webhook }: Hook, header: string | undefined): string | null {
  const name = header ?? (webhook.auth.type === 'standard-webhooks' ? 'webhook-id' : null);
  const value = name === null ? undefined : request.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

async function answer(context: HookContext, hook: Hook, outcome: Outcome, reply: FastifyReply): Promise<FastifyReply> {
  const { status, headers, answer: body, respond } = hook.webhook;
  const { runId } = outcome;
  reply.header('x-rondo-run', runId);
  const json = (code: number, value: unknown): Promise<FastifyReply> =>
    sendText(context, reply, code, headers, JSON.stringify(value), 'application/json; charset=utf-8');
  switch (outcome.kind) {
    case 'response':
      return sendResponse(reply, outcome.response, context.blobs);
    case 'started':
    case 'repeated': {
      if (respond !== 'immediately' || body === undefined)
        return json(respond === 'immediately' ? (status ?? 202) : 202, { runId });
      if (typeof body === 'string')
        return sendText(context, reply, status ?? 202, headers, body, 'text/plain; charset=utf-8');
      return json(status ?? 202, body);
    }
    case 'late':
      if (respond === 'done') return json(202, { runId, status: 'running' });
      throw new Problem(504, 'no-answer', 'The run did not answer in time. It goes on.', { more: { runId } });
    case 'ended': {
      const { result } = outcome;
      if (result.status === 'completed') return json(status ?? 200, result.output);
      if (result.status === 'waiting' && respond === 'done') return json(202, { runId, status: 'waiting' });
      if (result.status === 'waiting') {
        throw new Problem(503, 'interrupted', 'The server is shutting down. The run goes on later.', {
          more: { runId },
        });
      }
      // What went wrong inside is not for strangers; the run's page says it.
      const code = result.failure?.code ?? 'node-failed';
      throw new Problem(500, 'run-failed', `The run ended as ${result.status}.`, { more: { runId, failure: code } });
    }
  }
}

function sendText(
  context: HookContext,
  reply: FastifyReply,
  status: number,
  headers: Record<string, string>,
  text: string,
  type: string,
): Promise<FastifyReply> {
  const content =
    status === 204 || status === 304 ? ({ kind: 'none' } as const) : ({ kind: 'text', text, type } as const);
  return sendResponse(reply, { status, headers, content }, context.blobs);
}

/** Headers for the item, without those that prove who calls, and without cookies of this server. */
function shownHeaders(request: FastifyRequest, { webhook }: Hook): Record<string, Json> {
  const { auth } = webhook;
  const hidden = new Set(['cookie', 'proxy-authorization']);
  if (auth.type === 'basic' || auth.type === 'bearer') hidden.add('authorization');
  if (auth.type === 'header' || auth.type === 'hmac') hidden.add(auth.header);
  if (auth.type === 'standard-webhooks') hidden.add('webhook-signature');
  const shown = Object.create(null) as Record<string, Json>;
  for (const [name, value] of Object.entries(request.headers)) {
    if (!hidden.has(name) && value !== undefined) shown[name] = value;
  }
  return shown;
}

function allowOrigin(cors: readonly string[], request: FastifyRequest, reply: FastifyReply): boolean {
  const { origin } = request.headers;
  if (cors.length > 0) reply.header('vary', 'origin');
  if (origin === undefined || (!cors.includes('*') && !cors.includes(origin))) return false;
  // Cookies and the like are never asked for: there is no allow-credentials.
  reply.header('access-control-allow-origin', cors.includes('*') ? '*' : origin);
  reply.header('access-control-expose-headers', 'x-rondo-run');
  return true;
}

function preflight(found: PathMatch<Hook>[], request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const wanted = request.headers['access-control-request-method'];
  const match = found.find(({ value }) => (value.webhook.methods as string[]).includes(wanted ?? ''));
  if (match !== undefined && allowOrigin(match.value.webhook.cors, request, reply)) {
    const asked = String(request.headers['access-control-request-headers'] ?? '');
    reply.header('access-control-allow-methods', match.value.webhook.methods.join(', '));
    if (/^[\w, -]{1,1000}$/.test(asked)) reply.header('access-control-allow-headers', asked);
    reply.header('access-control-max-age', '600');
  }
  return reply.code(204).send();
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
