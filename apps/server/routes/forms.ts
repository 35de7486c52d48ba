/** Owns /forms/...: the page of a form, checking what was sent, the run, the page after it. */
import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FileRef, Json } from '@rondo/core/model/item.ts';
import { formPage, ONCE, type FormState } from '../forms/page.ts';
import { readValues } from '../forms/values.ts';
import { checkCaller } from '../hooks/auth.ts';
import { readBody, type ReadBody } from '../hooks/body.ts';
import { runFor, type Form, type HookContext } from '../hooks/context.ts';
import { sendResponse } from '../hooks/send.ts';
import { html, sendPage } from '../http/html.ts';
import { checkSameOrigin } from '../http/origin.ts';
import { Problem } from '../http/problem.ts';
import { route, type Route } from '../http/route.ts';
import type { Outcome } from '../runs/outcome.ts';
import { partsOfUrl } from '../triggers/paths.ts';

const ONCE_VALUE = /^[A-Za-z0-9_-]{22}$/;

export function formRoutes(context: HookContext): Route[] {
  return [
    route({
      method: 'GET',
      path: '/forms/*',
      scope: 'public',
      summary: 'The page of a form.',
      handler: async ({ request, reply }) => {
        const { form } = await find(context, request);
        return sendPage(reply, 200, form.title, formPage(form, fresh()));
      },
    }),
    route({
      method: 'POST',
      path: '/forms/*',
      scope: 'public',
      summary: 'Takes what was filled in, and starts the workflow.',
      stream: true,
      timeoutMs: null,
      handler: ({ request, reply }) => send(context, request, reply),
    }),
  ];
}

function fresh(): FormState {
  return { values: new Map(), wrong: new Map(), once: randomBytes(16).toString('base64url') };
}

async function find(context: HookContext, request: FastifyRequest): Promise<Form> {
  const path = (request.raw.url ?? '').split('?')[0] ?? '';
  const parts = partsOfUrl(path.slice('/forms/'.length));
  const [match] = parts === null ? [] : context.forms().match(parts);
  if (match === undefined) throw new Problem(404, 'not-found', 'There is no form at this address.');
  await checkCaller(match.value.form.auth, request.headers, context.secret, context.report);
  return match.value;
}

async function send(context: HookContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const found = await find(context, request);
  const { form } = found;
  // A browser sends the password by itself, so with one it must say where the form was.
  checkSameOrigin(request, context.publicHost, form.auth.type !== 'none');
  const { blobs } = context;
  const read = await readBody(request, { as: 'form', maxBytes: form.maxBytes, blobs, keep: false });
  const files = filesOf(found, read);
  const { values, wrong } = readValues(form, { texts: read.fields, files: counted(form, files) });
  const [sentOnce = ''] = read.fields.get(ONCE) ?? [];
  const once = ONCE_VALUE.test(sentOnce) ? sentOnce : null;
  if (wrong.size > 0) {
    const state = { values: read.fields, wrong, once: once ?? fresh().once };
    return sendPage(reply, 422, `Please correct: ${form.title}`, formPage(form, state));
  }
  const item = { ...values, submittedAt: new Date(context.clock.now()).toISOString() } as Record<string, Json>;
  const order = { bound: found, item: Object.hasOwn(values, 'submittedAt') ? values : item, files };
  const outcome = await runFor(context, { ...order, mode: form.respond, timeoutMs: form.timeout, key: once }, reply);
  return answer(context, found, outcome, reply);
}

/** Files of declared fields only. */
function filesOf({ form }: Form, read: ReadBody): Record<string, FileRef> {
  const names = form.fields.filter((field) => field.type === 'file').map((field) => field.name);
  const kept = Object.entries(read.files).filter(([name]) => names.some((own) => isOf(name, own)));
  return Object.fromEntries(kept);
}

/** `photo` and `photo_1` are files of the field photo. */
const isOf = (name: string, field: string): boolean =>
  name === field || (name.startsWith(`${field}_`) && /^\d+$/.test(name.slice(field.length + 1)));

function counted(form: Form['form'], files: Record<string, FileRef>): Map<string, number> {
  const fields = form.fields.filter((field) => field.type === 'file');
  return new Map(fields.map(({ name }) => [name, Object.keys(files).filter((file) => isOf(file, name)).length]));
}

async function answer(
  context: HookContext,
  { form }: Form,
  outcome: Outcome,
  reply: FastifyReply,
): Promise<FastifyReply> {
  reply.header('x-rondo-run', outcome.runId);
  if (outcome.kind === 'response') return sendResponse(reply, outcome.response, context.blobs);
  const failed =
    outcome.kind === 'ended' && (outcome.result.status === 'failed' || outcome.result.status === 'cancelled');
  if (failed) {
    const content = html`<h1>${form.title}</h1><p role="alert">That did not work. Your answers were kept; whoever runs this form can see why (run ${outcome.runId}).</p>`;
    return sendPage(reply, 500, form.title, content);
  }
  if (form.redirect !== undefined) return reply.code(303).header('location', form.redirect).send();
  return sendPage(reply, 200, form.title, html`<h1>${form.title}</h1><p role="status">${form.completion}</p>`);
}
