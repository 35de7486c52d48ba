/**
 * Owns the floor of the loop bars: what a careful person writes by hand for exactly this one
 * loop. Reads an NDJSON file, has the two expressions evaluated in a child a thousand items
 * at a time (the next block is evaluated while this one is written) and writes one row each to
 * SQLite, WAL and synchronous FULL, a thousand rows a commit. No resume, no retry, no limits,
 * no errors, no counters. Shares no code with the engine.
 *
 *   node bench/floors/ledger.ts ITEMS.ndjson DATABASE
 */
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const BLOCK = 1000;
const [items, file] = process.argv.slice(2);
if (items === undefined || file === undefined) throw new Error('usage: ledger.ts ITEMS.ndjson DATABASE');

const started = performance.now();
const db = new DatabaseSync(file);
db.exec(`
  pragma journal_mode = wal;
  pragma synchronous = full;
  create table iteration (
    run text not null, loop integer not null, idx integer not null, status text not null,
    input text not null, output text not null, steps text not null,
    started_at integer not null, duration_ms real not null,
    primary key (run, loop, idx)
  );
`);
const insert = db.prepare('insert into iteration values (?, ?, ?, ?, ?, ?, ?, ?, ?)');

const child = spawn(
  process.execPath,
  ['--permission', '--allow-addons', '--allow-fs-read=*', '--no-warnings', join(import.meta.dirname, 'evaluator.ts')],
  { stdio: ['pipe', 'pipe', 'inherit'], env: {} },
);

async function* frames(): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    parts.push(chunk);
    size += chunk.length;
    while (size >= 4) {
      const all = parts.length === 1 ? (parts[0] ?? chunk) : Buffer.concat(parts);
      parts = [all];
      const length = all.readUInt32LE(0);
      if (size < 4 + length) break;
      yield all.toString('utf8', 4, 4 + length);
      parts = [all.subarray(4 + length)];
      size -= 4 + length;
    }
  }
}

async function* blocks(path: string): AsyncGenerator<string[]> {
  let rest = '';
  let lines: string[] = [];
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
    const found = (rest + chunk).split('\n');
    rest = found.pop() ?? '';
    for (const line of found) {
      lines.push(line);
      if (lines.length === BLOCK) {
        yield lines;
        lines = [];
      }
    }
  }
  if (rest !== '') lines.push(rest);
  if (lines.length > 0) yield lines;
}

function send(lines: string[]): void {
  const text = Buffer.from(lines.join('\n'));
  const header = Buffer.allocUnsafe(4);
  header.writeUInt32LE(text.length);
  child.stdin.write(header);
  child.stdin.write(text);
}

let index = 0;
function write(inputs: string[], answer: string): void {
  const outputs = answer.split('\n');
  const now = Date.now();
  db.exec('begin immediate');
  for (let i = 0; i < inputs.length; i += 1) {
    const steps = `[{"id":"total","status":"completed","output":${outputs[2 * i]}}]`;
    insert.run('run', 0, index, 'completed', inputs[i] ?? '', outputs[2 * i + 1] ?? '', steps, now, 0.004);
    index += 1;
  }
  db.exec('commit');
}

const answers = frames();
const source = blocks(items);
const sent: string[][] = [];
async function sendNext(): Promise<void> {
  const next = await source.next();
  if (next.done === true) return;
  sent.push(next.value);
  send(next.value);
}
await sendNext();
await sendNext();
for (;;) {
  const inputs = sent.shift();
  if (inputs === undefined) break;
  const answer = await answers.next();
  if (answer.done === true) throw new Error('the evaluator ended early');
  await sendNext();
  write(inputs, answer.value);
}
child.stdin.end();
db.close();
process.stdout.write(`${JSON.stringify({ iterations: index, durationMs: performance.now() - started })}\n`);
