/**
 * Owns showing values of the ledger (wire form): as JSON for machines, as a short text for tables.
 * Does not change them.
 */
import { itemFromWire, splitItems, splitPorts, type Json } from '@rondo/core/model/item.ts';
import type { IterationRow } from '@rondo/core/ports.ts';
import { count } from './format.ts';

/** The json of one item text. Text that is not JSON (it cannot be, but rows outlive versions) stays text. */
export function jsonOf(text: string): Json {
  try {
    return itemFromWire(JSON.parse(text) as Json).json;
  } catch {
    return text;
  }
}

/** Items' json by port. */
export function portsOf(wire: string): Json[][] {
  return splitPorts(wire).map((port) => splitItems(port).map(jsonOf));
}

/** `{"a":1}`, or `3 items: {"a":1} ...`. Only as much is parsed as is shown. */
export function excerptOf(wire: string, most = 200): string {
  const ports = splitPorts(wire);
  const port = Math.max(
    0,
    ports.findIndex((p) => p !== ''),
  );
  const items = splitItems(ports[port] ?? '');
  const first = items[0];
  if (first === undefined) return '-';
  const text = first.length > 4096 || !first.startsWith('{"$item"') ? first : JSON.stringify(jsonOf(first));
  const label = (port > 0 ? `port ${port}: ` : '') + (items.length > 1 ? `${count(items.length)} items: ` : '');
  return label + (text.length > most ? `${text.slice(0, most)}…` : text);
}

/** An iteration as scripts see it: `input` and `output` are lists of items' json. */
export function iterationJson(row: IterationRow): Record<string, Json> {
  const ports = row.output === '' ? [[]] : portsOf(row.output);
  const out: Record<string, Json> = {
    index: row.index,
    status: row.status,
    attempts: row.attempts,
    startedAt: new Date(row.startedAt).toISOString(),
    durationMs: row.durationMs,
    input: row.input === '' ? [] : portsOf(row.input).flat(),
    output: ports[0] ?? [],
    error: row.failure as Json | null,
    cause: row.cause,
  };
  if (ports.length > 1) out.outputs = ports;
  return out;
}
