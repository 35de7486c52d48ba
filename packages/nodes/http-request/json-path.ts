/** Owns reading a value by a dot path (`data.results`, `pages[0].next`). Does not write or evaluate. */
import type { Json } from '@rondo/core/model/item.ts';

/** Undefined when a part is missing. The empty path is the value itself. */
export function atPath(value: Json | undefined, path: string): Json | undefined {
  const parts = path.replace(/\[(\d+)\]/g, '.$1').split('.').filter((part) => part !== '');
  let here = value;
  for (const part of parts) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, part)) return undefined;
    here = (here as Record<string, Json>)[part];
  }
  return here;
}
