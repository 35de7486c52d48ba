/**
 * Owns the server of the HTTP bar, a process of its own: answers every request after a delay.
 * Prints its port; GET /stats tells how many calls came and how many were open at once.
 *
 *   node bench/floors/http-server.ts DELAY_MS
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const delayMs = Number(process.argv[2] ?? '20');
let calls = 0;
let open = 0;
let mostOpen = 0;

const server = createServer((request, response) => {
  if (request.url === '/stats') {
    response.end(JSON.stringify({ calls, mostOpen }));
    calls = 0;
    mostOpen = 0;
    return;
  }
  calls += 1;
  open += 1;
  mostOpen = Math.max(mostOpen, open);
  request.resume();
  setTimeout(() => {
    open -= 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"ok":true,"price":12.5}');
  }, delayMs);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
// Ends with its parent, however that one ends.
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
