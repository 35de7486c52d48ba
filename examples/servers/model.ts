/**
 * Owns starting the toy model server (apps/model-server) for the AI examples. Its address ends in /v1.
 */
import { startModelServer } from '../../apps/model-server/server.ts';
import type { Service } from './serve.ts';

export async function start(port = 0): Promise<Service> {
  const server = await startModelServer({ port });
  return { url: server.url, facts: () => ({ ...server.facts() }), close: () => server.close() };
}
