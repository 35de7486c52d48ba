/**
 * Owns what a finished run prints on stdout: its output, or the object of --json. Written in
 * pieces, so that long lists are never one text. Does not tell the story (render/result.ts).
 */
import type { Json } from '@rondo/core/model/item.ts';
import type { LoopRecord } from '@rondo/core/ports.ts';
import type { RunHandle, RunResult } from '@rondo/runtime/api.ts';
import { printableLines } from './render/text.ts';
import type { Channel } from './terminal.ts';

/** Lists of items longer than this are cut without --full. */
export const MOST_ITEMS = 10_000;

const STEP = 1_000;

/** The run's output: pretty for a person, compact for a pipe, a text as it is. */
export function printOutput(output: Json | null, out: Channel): void {
  if (output === null) return;
  if (typeof output === 'string') {
    // A pipe gets every byte; a terminal must not obey what a workflow made.
    out.write(`${out.isTerminal ? printableLines(output) : output}\n`);
    return;
  }
  if (Array.isArray(output) && output.length > STEP) {
    printLongList(output, out);
    return;
  }
  const text = out.isTerminal ? JSON.stringify(output, null, 2) : JSON.stringify(output);
  out.write(`${out.isTerminal ? printableLines(text) : text}\n`);
}

function printLongList(list: Json[], out: Channel): void {
  const pretty = out.isTerminal;
  writeList(
    list,
    out,
    pretty ? (v) => printableLines(JSON.stringify(v, null, 2).replace(/^/gm, '  ')) : JSON.stringify,
    pretty,
  );
  out.write('\n');
}

function writeList(list: readonly Json[], out: Channel, text: (value: Json) => string, pretty = false): void {
  out.write(pretty ? '[\n' : '[');
  for (let i = 0; i < list.length; i += STEP) {
    const part = list.slice(i, i + STEP).map(text);
    out.write((i > 0 ? (pretty ? ',\n' : ',') : '') + part.join(pretty ? ',\n' : ','));
  }
  out.write(pretty ? '\n]' : ']');
}

export function loopJson(loop: LoopRecord): Record<string, Json> {
  const { path, node, status, total, completed, failed, skipped, durationMs } = loop;
  return { path, node, status, total, completed, failed, skipped, durationMs };
}

export function errorJson(result: RunResult): Json {
  const f = result.failure;
  if (f === null) return null;
  const error: Record<string, Json> = {
    code: f.code,
    message: f.message,
    node: f.node ?? null,
    path: f.path ?? null,
    fix: f.fix ?? null,
  };
  if (f.item !== undefined) error.item = f.item;
  if (f.data !== undefined) error.data = f.data as Json;
  return error;
}

export interface Cut {
  node: string;
  run: number;
  output: number;
  shown: number;
  total: number;
}

/** The object of --json. Answers which lists were cut; they are named in `cut` as well. */
export async function printJson(
  result: RunResult,
  handle: Pick<RunHandle, 'nodes'>,
  full: boolean,
  out: Channel,
  extra: Record<string, Json> = {},
): Promise<Cut[]> {
  const nodes = await handle.nodes(full ? Number.POSITIVE_INFINITY : MOST_ITEMS);
  const field = (name: string, value: Json): string => `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  const cuts: Cut[] = [];
  out.write(`{${field('runId', result.runId)},${field('status', result.status)},"output":`);
  if (Array.isArray(result.output)) writeList(result.output, out, JSON.stringify);
  else out.write(JSON.stringify(result.output));
  out.write(`,${field('error', errorJson(result))},"nodes":{`);
  for (const [n, [node, runs]] of Object.entries(nodes).entries()) {
    out.write(`${n > 0 ? ',' : ''}${JSON.stringify(node)}:[`);
    for (const [r, outputs] of runs.entries()) {
      out.write(r > 0 ? ',[' : '[');
      for (const [o, list] of outputs.entries()) {
        if (o > 0) out.write(',');
        writeList(list.items, out, JSON.stringify);
        if (list.items.length < list.total) {
          cuts.push({ node, run: r, output: o, shown: list.items.length, total: list.total });
        }
      }
      out.write(']');
    }
    out.write(']');
  }
  out.write('},"loops":');
  writeList(result.loops.map(loopJson), out, JSON.stringify);
  out.write(
    `,${field('stats', { ...result.stats, usage: result.stats.usage === null ? null : { ...result.stats.usage } })}`,
  );
  if (cuts.length > 0) out.write(`,${field('cut', cuts as unknown as Json)}`);
  for (const [name, value] of Object.entries(extra)) out.write(`,${field(name, value)}`);
  out.write('}\n');
  return cuts;
}
