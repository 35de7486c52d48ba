/**
 * Measures the guarded client against a hand-written undici loop: CALLS requests, IN_FLIGHT at a
 * time, a local server that answers after 20 ms. Prints one JSON line; asserts nothing.
 * Run: node packages/runtime/egress/measure.ts [calls] [inFlight]
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import { createEgress } from './egress.ts';

const CALLS = Number(process.argv[2] ?? 10_000);
const IN_FLIGHT = Number(process.argv[3] ?? 50);
const SERVER_MS = 20;
const ROUNDS = 3;

async function listen(): Promise<Server> {
  const server = createServer((_request, response) => {
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end('{"ok":true,"rows":[1,2,3]}');
    }, SERVER_MS);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Milliseconds for CALLS calls with IN_FLIGHT of them open. */
async function timed(call: () => Promise<void>): Promise<number> {
  let left = CALLS;
  const begin = performance.now();
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return performance.now() - begin;
}

const server = await listen();
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
const agent = new Agent({ connections: IN_FLIGHT });
const egress = createEgress({
  allow: ['127.0.0.1'],
  limits: resolveLimits(),
  clock: { monotonic: () => performance.now() },
});

const byHand = async (): Promise<void> => {
  const answer = await request(url, { dispatcher: agent });
  JSON.parse(await answer.body.text());
};
const guarded = async (): Promise<void> => {
  const answer = await egress.fetch(url);
  JSON.parse(Buffer.from(answer.body).toString());
};

const floor: number[] = [];
const ours: number[] = [];
// Taken in turn, so that a slow moment of the machine falls on both.
for (let round = 0; round < ROUNDS; round += 1) {
  floor.push(await timed(byHand));
  ours.push(await timed(guarded));
}
const best = (all: number[]): number => Math.min(...all);
const ratio = best(floor) / best(ours);
console.log(
  JSON.stringify({
    calls: CALLS,
    inFlight: IN_FLIGHT,
    byHandMs: floor.map(Math.round),
    guardedMs: ours.map(Math.round),
    throughputRatio: Number(ratio.toFixed(3)),
  }),
);
await egress.close();
await agent.close();
server.close();
