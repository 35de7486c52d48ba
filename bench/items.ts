/**
 * Owns the lists that the bars go through: generated, the same every time. Does not run anything.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

/** About 90 bytes: an order line as people have it. */
function orderLine(index: number): string {
  const qty = (index % 7) + 1;
  const price = ((index * 37) % 9973) / 100;
  return `{"id":${index},"name":"item ${index % 1000}","qty":${qty},"price":${price},"note":"row of the list"}`;
}

/** Writes `count` lines as NDJSON, in parts, so that a million needs no memory. */
export function writeOrders(file: string, count: number): void {
  const out = openSync(file, 'w');
  try {
    for (let from = 0; from < count; from += 10_000) {
      const lines: string[] = [];
      for (let index = from; index < Math.min(count, from + 10_000); index += 1) lines.push(orderLine(index));
      writeSync(out, `${lines.join('\n')}\n`);
    }
  } finally {
    closeSync(out);
  }
}
