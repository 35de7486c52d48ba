/**
 * Measures the embedded services in a file: sets of keys, values, secrets, documents, searches, and
 * the redactor. Prints one JSON line; asserts nothing.
 * Run: node packages/runtime/services/measure.ts [keys] [chunks] [dimensions]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedactor } from './secrets/redactor.ts';
import { openServices } from './services.ts';

const KEYS = Number(process.argv[2] ?? 1_000_000);
const CHUNKS = Number(process.argv[3] ?? 20_000);
const DIMENSIONS = Number(process.argv[4] ?? 768);
const AT_ONCE = 10_000;
const CHUNKS_PER_DOCUMENT = 500;

const figures: Record<string, number> = { KEYS, CHUNKS, DIMENSIONS };

async function timed<T>(name: string, work: () => Promise<T> | T, divisor = 1): Promise<T> {
  const begin = performance.now();
  const answer = await work();
  figures[name] = Number(((performance.now() - begin) / divisor).toFixed(3));
  return answer;
}

const folder = mkdtempSync(join(tmpdir(), 'rondo-services-'));
const services = await openServices({ path: join(folder, 'services.db'), key: new Uint8Array(32) });
const { state, secrets, knowledge } = services;

const keys = (from: number): string[] =>
  Array.from({ length: AT_ONCE }, (_, n) => `https://example.com/items/${((from + n) * 7_919) % 10_000_019}`);
await timed(
  'msPer10kNewKeys',
  async () => {
    for (let n = 0; n < KEYS; n += AT_ONCE) await state.add('seen', keys(n), `run 1/dedup[${n}]`);
  },
  KEYS / AT_ONCE,
);
await timed('msPer10kKnownKeys', () => state.add('seen', keys(0), 'run 2/dedup[0]'));
await timed(
  'msPerSet',
  async () => {
    for (let n = 0; n < 200; n += 1) await state.set('values', `k${n % 50}`, { n });
  },
  200,
);
await timed('msForget', () => state.clear('seen'));

await secrets.put('API', 'sk-'.padEnd(60, 'x'));
await timed(
  'usPerSecret',
  () => {
    for (let n = 0; n < 20_000; n += 1) secrets.value('API');
  },
  20,
);

const words = 'loop batch page item retry queue lease ledger journal cursor vector chunk search rank fusion'.split(' ');
let seed = 1;
const random = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x7fffffff;
const vector = (): number[] => Array.from({ length: DIMENSIONS }, () => random() - 0.5);
const text = (): string => Array.from({ length: 120 }, () => words[Math.floor(random() * words.length)]).join(' ');
let putting = 0;
for (let n = 0; n < CHUNKS; n += CHUNKS_PER_DOCUMENT) {
  const chunks = Array.from({ length: CHUNKS_PER_DOCUMENT }, () => ({ text: text(), vector: vector() }));
  const begin = performance.now();
  await knowledge.put('base', { id: `d${n}`, title: '', meta: null }, chunks);
  putting += performance.now() - begin;
}
figures['msPer500Chunks'] = Number((putting / (CHUNKS / CHUNKS_PER_DOCUMENT)).toFixed(1));
const ask = (mode: 'vector' | 'text' | 'hybrid') =>
  knowledge.search('base', { mode, text: 'ledger of the queue', vector: vector(), limit: 10 });
await timed('msFirstVectorSearch', () => ask('vector'));
for (const mode of ['vector', 'text', 'hybrid'] as const) {
  await timed(
    `msSearch_${mode}`,
    async () => {
      for (let n = 0; n < 10; n += 1) await ask(mode);
    },
    10,
  );
}
await timed('msReplace500', () =>
  knowledge.put('base', { id: 'd0', title: '', meta: null }, [{ text: 'x', vector: vector() }]),
);
await timed('msVectorSearchAfterChange', () => ask('vector'));

const redactor = createRedactor();
const megabyte = 'GET /items 200 in 12 ms; '.repeat(42_000);
await timed('msRedactMegabyteUnused', () => redactor.text(megabyte));
for (let n = 0; n < 100; n += 1) redactor.remember(`N${n}`, `token-${n}-${'abc'.repeat(10)}`);
redactor.text('first');
await timed('msRedactMegabyte100Secrets', () => redactor.text(megabyte));

console.log(JSON.stringify(figures));
await services.close();
rmSync(folder, { recursive: true });
