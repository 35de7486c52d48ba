/** Owns making long values short enough to be kept beside a row. Pure. */
import { encodeItem, itemFromWire, type Json } from './item.ts';
import { isObject } from './shape.ts';

/** Of a value that is too long as a whole: texts and lists that are shorter than this stay as they are. */
const TEXT_CHARS = 1_000;
const LIST_ITEMS = 20;

/** `chars`: of the whole, where it was shortened. */
export function shortened(value: Json, most: number): { value: Json; chars: number | null } {
  const { length } = JSON.stringify(value);
  if (length <= most) return { value, chars: null };
  const short = inside(value);
  const left = JSON.stringify(short).length;
  if (left <= most) return { value: short, chars: length };
  if (!isObject(short)) return { value: begun(JSON.stringify(short), most), chars: length };
  // Each field gets its share; what needs less leaves the rest to those after it.
  const fields = Object.entries(short as Record<string, Json>);
  const out: [string, Json][] = [];
  let budget = most;
  for (const [at, [name, field]] of fields.entries()) {
    const share = Math.max(0, Math.floor(budget / (fields.length - at)) - name.length - 4);
    const text = JSON.stringify(field);
    const kept = text.length <= share ? field : begun(text, Math.max(0, share - 40));
    budget -= JSON.stringify(kept).length + name.length + 4;
    if (budget < 0) break;
    out.push([name, kept]);
  }
  return { value: Object.fromEntries(out), chars: length };
}

/** The first items that have room together; of the first one as much as has room. */
export function shortenedList(items: readonly string[], most: number): string[] {
  const [first] = items;
  if (first === undefined) return [];
  if (first.length > most) {
    return [encodeItem({ json: shortened(itemFromWire(JSON.parse(first) as Json).json, most).value })];
  }
  let chars = 0;
  const out: string[] = [];
  for (const text of items) {
    chars += text.length;
    if (chars > most) break;
    out.push(text);
  }
  return out;
}

function inside(value: Json): Json {
  if (typeof value === 'string') return value.length <= TEXT_CHARS ? value : begun(value, TEXT_CHARS);
  if (Array.isArray(value)) {
    const kept = value.slice(0, LIST_ITEMS).map(inside);
    return value.length <= LIST_ITEMS ? kept : [...kept, `… (${value.length} in all)`];
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value as Record<string, Json>).map(([name, one]) => [name, inside(one)]));
}

/** A pair of surrogates is not cut in two. */
function begun(text: string, most: number): string {
  return `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}… (${text.length} characters)`;
}
