/**
 * Owns the floor of the HTTP bar: a hand-written loop with the same client, a fixed number of
 * calls in flight, results kept in an array. Not durable. Shares no code with the engine.
 *
 *   node bench/floors/http.ts URL CALLS PARALLEL
 */
import { Agent, request } from 'undici';

const [url, calls, parallel] = process.argv.slice(2);
if (url === undefined) throw new Error('usage: http.ts URL CALLS PARALLEL');
const count = Number(calls);
const agent = new Agent({ connections: Number(parallel) });
const results: unknown[] = [];
let next = 0;

async function worker(): Promise<void> {
  while (next < count) {
    const index = next;
    next += 1;
    const response = await request(`${url}/price?id=${index}`, { dispatcher: agent });
    results[index] = await response.body.json();
  }
}

const started = performance.now();
await Promise.all(Array.from({ length: Number(parallel) }, worker));
const durationMs = performance.now() - started;
await agent.close();
process.stdout.write(`${JSON.stringify({ calls: results.length, durationMs })}\n`);
