/** Owns the test that memory does not grow with the file, measured from outside the process that reads. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { xlsxFile } from '../kit/formats/xlsx-file.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-memory-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function write(name: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const path = join(folder, name);
  const file = openSync(path, 'w');
  for await (const piece of pieces) writeSync(file, piece);
  closeSync(file);
  return path;
}

function* rows(count: number): Generator<Uint8Array> {
  let text = 'id,name,text\n';
  for (let n = 0; n < count; n += 1) {
    text += `${n},name ${n},${'some text that is here for its length '.repeat(8)}\n`;
    if (text.length < 1_000_000 && n < count - 1) continue;
    yield Buffer.from(text);
    text = '';
  }
}

/** Items read, and the most memory that the process ever had, as the system saw it. */
async function measure(path: string): Promise<{ items: number; peakMb: number }> {
  const child = spawn(process.execPath, [new URL('./fixtures/read-all.ts', import.meta.url).pathname, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return { items: Number(line.toString()), peakMb: Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024 };
  } finally {
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  }
}

const measurable = existsSync('/proc/self/status');
if (!measurable) console.log('memory is measured in /proc, which this system has not');

it.skipIf(!measurable)(
  'CSV: 60 MB take no more memory than 6',
  async () => {
    const small = await measure(await write('small.csv', rows(19_000)));
    const large = await measure(await write('large.csv', rows(190_000)));
    expect([small.items, large.items]).toEqual([19_000, 190_000]);
    expect(large.peakMb).toBeLessThan(small.peakMb + 60);
    expect(large.peakMb).toBeLessThan(250);
  },
  60_000,
);

it.skipIf(!measurable)(
  'XLSX: ten times the rows take no more memory',
  async () => {
    async function* cells(count: number): AsyncGenerator<(string | number)[]> {
      for (let n = 0; n < count; n += 1) yield [n, `name ${n}`, 'some text that is here for its length'];
    }
    const make = (name: string, count: number): Promise<string> =>
      write(name, xlsxFile(['id', 'name', 'text'], cells(count), 'S'));
    const small = await measure(await make('small.xlsx', 3_000));
    const large = await measure(await make('large.xlsx', 30_000));
    expect([small.items, large.items]).toEqual([3_000, 30_000]);
    expect(large.peakMb).toBeLessThan(small.peakMb + 60);
  },
  60_000,
);
