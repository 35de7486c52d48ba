/**
 * Owns sending what a workflow answered: text, files, redirects, under a policy that keeps it from acting on
 * this server's origin. Does not decide what is sent.
 */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { RunResponse } from '@rondo/nodes/respond/response.ts';
import type { BlobStore } from '@rondo/runtime/blobs/blobs.ts';
import { Problem } from '../http/problem.ts';

/** Pages of workflows are on an origin of their own and run no scripts. */
const POLICY = "sandbox allow-forms allow-popups; frame-ancestors 'none'";
/** A client that does not read for so long is given up. */
const SLOW_READER_MS = 30_000;
const MIME = /^[\w.+-]+\/[\w.+-]+(\s*;\s*[\w-]+=[\w."-]+)*$/;

export async function sendResponse(
  reply: FastifyReply,
  { status, headers, content }: RunResponse,
  blobs: BlobStore | null,
): Promise<FastifyReply> {
  reply.code(status).header('cache-control', 'no-store').headers(headers).header('content-security-policy', POLICY);
  if (content.kind === 'none') return reply.send();
  if (content.kind === 'text') {
    return reply.type(headers['content-type'] ?? content.type).send(Buffer.from(content.text));
  }
  const { file, download } = content;
  if (blobs === null || !(await blobs.has(file.blob))) {
    throw new Problem(500, 'file-missing', 'The file of the answer is not there any more.');
  }
  const mime = file.mime !== undefined && MIME.test(file.mime) ? file.mime : 'application/octet-stream';
  const name = encodeURIComponent(
    (file.name ?? 'file')
      .replace(/[^\P{C}]/gu, '')
      .slice(0, 200)
      .toWellFormed(),
  );
  reply.raw.setTimeout(SLOW_READER_MS, () => reply.raw.destroy());
  return reply
    .type(headers['content-type'] ?? mime)
    .header('content-length', file.size)
    .header('content-disposition', `${download ? 'attachment' : 'inline'}; filename*=UTF-8''${name}`)
    .send(Readable.from(blobs.read(file.blob)));
}
