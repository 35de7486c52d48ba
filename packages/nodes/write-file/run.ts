/**
 * Owns one call of the Write File node: one block of items into a hidden file, at the place where the block before
 * ended; or, without items, the end: the hidden file becomes the file (finish.ts). Cutting first makes a repeated
 * call write once, and nobody sees half a file.
 */
import { createHash } from 'node:crypto';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { blockText, isTable, layoutOf, type Layout } from '../kit/formats/write-blocks.ts';
import { readText } from '../kit/read.ts';
import { appendPart, replaceByPart, replaceByTable, sizeOf } from './finish.ts';
import type { Carry } from './carry.ts';

const HEADER_BYTES = 64 * 1024;

/** Beside the file, so that renaming it is one step; the same for the same step of the same run. */
function partPath(call: EffectCall, path: string): string {
  const step = call.idempotencyKey.replace(/\[\d+\]$/, '');
  const id = createHash('sha256')
    .update(JSON.stringify([step, path]))
    .digest('hex')
    .slice(0, 20);
  return `${path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)}.writing-${id}`;
}

/** Columns of a file that rows are added to: they are in its first row. */
async function existingColumns(call: EffectCall, path: string, layout: Layout): Promise<string[]> {
  const { bytes } = await call.ports.files.read(path, 0, HEADER_BYTES);
  const { parse } = await import('csv-parse/sync');
  const rows = parse(Buffer.from(bytes).toString('utf8'), {
    delimiter: layout.delimiter,
    to: 1,
    bom: true,
    relax_column_count: true,
  }) as unknown as string[][];
  return rows[0] ?? [];
}

async function begin(call: EffectCall, path: string, layout: Layout): Promise<Carry> {
  const carry: Carry = { path, part: partPath(call, path), offset: 0, items: 0 };
  // What stands in the way of the file should be known before the work is done, not after.
  const before = (await sizeOf(call, path)) ?? 0;
  if (call.params['mode'] !== 'append') return carry;
  if (layout.format === 'json' || isTable(layout.format)) {
    const reason = `a file of the format ${layout.format} cannot be appended to; use ndjson or csv, or the mode overwrite`;
    throw new FailureError(failure('node-failed', `file "${path}": ${reason}.`, { retry: 'no' }));
  }
  if (layout.format !== 'csv' || before === 0) return carry;
  return {
    ...carry,
    headed: true,
    ...(layout.listed === null ? { columns: await existingColumns(call, path, layout) } : {}),
  };
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const known = call.carry as unknown as Carry | undefined;
  const path = known?.path ?? readText(call.params, 'path');
  const layout = layoutOf(call.params, path, `file "${path}"`);
  const carry = known ?? (await begin(call, path, layout));
  if (call.items.length === 0) {
    const bytes = await finish(call, carry, layout);
    return { items: [{ json: { path, bytes, items: carry.items } }] };
  }
  const values = call.items.map((item) => item.json);
  const { text, after } = blockText(layout, carry, values, carry.headed !== true);
  const offset = await call.ports.files.writeAt(carry.part, carry.offset, Buffer.from(text));
  return { items: [], carry: { ...carry, ...after, offset } as unknown as Json };
}

function finish(call: EffectCall, carry: Carry, layout: Layout): Promise<number> {
  if (isTable(layout.format)) return replaceByTable(call, carry, layout);
  return call.params['mode'] === 'append'
    ? appendPart(call, carry, layout.format !== 'text')
    : replaceByPart(call, carry, layout);
}
