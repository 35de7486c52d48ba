/**
 * Owns /hooks/wait/<token>: where a run that waits for a person or a call is told to go on. The token is the right
 * to do so. Reading the page changes nothing, because programs that preview links read it, too.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Json } from '@rondo/core/model/item.ts';
import { readBody } from '../hooks/body.ts';
import { html, sendPage } from '../http/html.ts';
import { checkSameOrigin } from '../http/origin.ts';
import { Problem } from '../http/problem.ts';
import { route, type Route } from '../http/route.ts';

/** What a wait is about, for its page. */
export interface WaitDescription {
  /** approval asks for yes or no; signal only for going on. */
  kind: 'approval' | 'signal';
  message?: string;
}

export interface Waits {
  /** False when nothing waits for this token: it is not known, or was used. */
  deliver(token: string, value: Json): Promise<boolean>;
  describe(token: string): Promise<WaitDescription>;
}

export interface WaitRouteOptions {
  waits: Waits;
  now: () => number;
  publicHost: string | null;
}

const Params = z.object({ token: z.string().regex(/^[A-Za-z0-9_.~-]{16,300}$/) });
const MOST_BYTES = 1024 * 1024;
const MOST_COMMENT = 5_000;

export function waitRoutes(options: WaitRouteOptions): Route[] {
  return [
    route({
      method: 'GET',
      path: '/hooks/wait/:token',
      scope: 'public',
      summary: 'The page of a run that waits: what it is about, and buttons.',
      params: Params,
      handler: ({ params, reply }) => page(options, params.token, reply),
    }),
    route({
      method: ['POST', 'PUT'],
      path: '/hooks/wait/:token',
      scope: 'public',
      summary: 'Lets a run that waits go on, with what was sent.',
      params: Params,
      stream: true,
      handler: ({ params, request, reply }) => deliver(options, params.token, request, reply),
    }),
  ];
}

const NOTHING = 'Nothing waits here: it was answered already, or the address is wrong.';

async function page({ waits }: WaitRouteOptions, token: string, reply: FastifyReply): Promise<FastifyReply> {
  const { kind, message } = await waits.describe(token);
  const heading = kind === 'approval' ? 'Your decision is asked for' : 'A workflow waits';
  const buttons =
    kind === 'approval'
      ? html`<div class="field"><label for="comment">Comment</label><textarea id="comment" name="comment" rows="4" maxlength="${MOST_COMMENT}"></textarea></div>
<div class="buttons"><button type="submit" name="decision" value="approve">Approve</button><button class="second" type="submit" name="decision" value="reject">Reject</button></div>`
      : html`<div class="buttons"><button type="submit" name="decision" value="continue">Go on</button></div>`;
  const content = html`<h1>${heading}</h1>
${message === undefined ? null : html`<p>${message}</p>`}
<form method="post">${buttons}</form>`;
  return sendPage(reply, 200, heading, content);
}

async function deliver(
  { waits, now, publicHost }: WaitRouteOptions,
  token: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { body, fields } = await readBody(request, { as: 'auto', maxBytes: MOST_BYTES, blobs: null, keep: false });
  const [decision] = fields.get('decision') ?? [];
  const at = new Date(now()).toISOString();
  if (decision === undefined) {
    if (await waits.deliver(token, body)) return reply.code(200).send({ delivered: true });
    throw new Problem(404, 'nothing-waits', NOTHING);
  }
  // Buttons of a page: a person in a browser.
  checkSameOrigin(request, publicHost, false);
  if (!['approve', 'reject', 'continue'].includes(decision)) {
    throw new Problem(422, 'request-invalid', 'decision must be approve or reject.');
  }
  const [comment = ''] = fields.get('comment') ?? [];
  const text = comment.replace(/\r\n/g, '\n').slice(0, MOST_COMMENT);
  const value: Json = decision === 'continue' ? { at } : { approved: decision === 'approve', comment: text, at };
  if (!(await waits.deliver(token, value))) {
    return sendPage(reply, 404, 'Nothing waits here', html`<h1>Nothing waits here</h1><p>${NOTHING}</p>`);
  }
  const said = { approve: 'You approved.', reject: 'You rejected.', continue: 'It goes on.' }[decision] ?? '';
  return sendPage(
    reply,
    200,
    said,
    html`<h1>${said}</h1><p role="status">The workflow goes on. You can close this page.</p>`,
  );
}
