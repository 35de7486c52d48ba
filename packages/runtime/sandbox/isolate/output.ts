/**
 * Owns the texts of a step's output: every item is serialised once, checked against the limits,
 * and reused for the unit's result and the record of its steps. Does not run steps.
 */
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import { limitFailure, type LimitName } from '@rondo/core/model/limits.ts';
import { shortened } from '@rondo/core/model/shortened.ts';
import { ITEM_SEPARATOR, PORT_SEPARATOR, type Item, type Json } from '@rondo/core/model/item.ts';
import type { Program } from '@rondo/core/ports.ts';

type Limits = Program['limits'];

function reached(name: LimitName, value: number, where: string, detail = ''): FailureError {
  return new FailureError(limitFailure(name, value, where, detail));
}

/** Bytes of UTF-8; counted only when the number of characters leaves it open. */
function longerThan(text: string, bytes: number): boolean {
  if (text.length * 3 <= bytes) return false;
  if (text.length > bytes) return true;
  let size = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) size += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return size > bytes;
}

/** Levels of nesting and keys per object; only large texts can be over a limit. */
function checkShape(value: Json, limits: Limits, where: string, levels: number): void {
  if (value === null || typeof value !== 'object') return;
  if (levels <= 0) throw reached('item.depth', limits.itemDepth, where);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) {
      const member = value[i] as Json;
      if (member !== null && typeof member === 'object') checkShape(member, limits, where, levels - 1);
    }
    return;
  }
  let count = 0;
  // Nothing is inherited that this would find: data has plain prototypes, and those are frozen.
  for (const name in value) {
    count += 1;
    const member = value[name] as Json;
    if (member !== null && typeof member === 'object') checkShape(member, limits, where, levels - 1);
  }
  if (count > limits.itemKeys) throw reached('item.keys', limits.itemKeys, where, `it has ${count}`);
}

/** JSON text of one item's value. */
export function jsonText(json: Json, limits: Limits, where: string): string {
  const text = JSON.stringify(json) ?? 'null';
  if (longerThan(text, limits.itemBytes)) throw reached('item.bytes', limits.itemBytes, where);
  // A level takes two characters, a key at least five.
  if (text.length > 2 * limits.itemDepth || text.length > 5 * limits.itemKeys) {
    checkShape(json, limits, where, limits.itemDepth);
  }
  return text;
}

/** JSON texts of the items of all ports. */
export function portTexts(ports: readonly (readonly Item[])[], limits: Limits, where: string): string[][] {
  let chars = 0;
  const out: string[][] = [];
  for (let p = 0; p < ports.length; p += 1) {
    const items = ports[p] as readonly Item[];
    const texts: string[] = [];
    for (let i = 0; i < items.length; i += 1) {
      const text = jsonText((items[i] as Item).json, limits, where);
      chars += text.length;
      texts.push(text);
    }
    out.push(texts);
  }
  if (chars > limits.stepBytes) throw reached('step.bytes', limits.stepBytes, where);
  return out;
}

/** Wire form (model/item.ts) of an item whose JSON text is known. */
export function wireText(item: Item, text: string, lineage: boolean): string {
  const { files, json } = item;
  const from = lineage ? item.from : undefined;
  if (files === undefined && from === undefined) {
    if (json === null || typeof json !== 'object' || !Object.hasOwn(json, '$item')) return text;
    if (Array.isArray(json) || Object.keys(json).length !== 1) return text;
  }
  const more = files === undefined ? '' : `,"files":${JSON.stringify(files)}`;
  return `{"$item":{"json":${text}${more}${from === undefined ? '' : `,"from":[${from.join(',')}]`}}}`;
}

/** Joins ports of item texts; empty ports at the end are left out. */
export function joinPorts(ports: readonly (readonly string[])[]): string {
  let count = ports.length;
  while (count > 1 && (ports[count - 1] as readonly string[]).length === 0) count -= 1;
  let out = '';
  for (let p = 0; p < count; p += 1) {
    const texts = ports[p] as readonly string[];
    if (p > 0) out += PORT_SEPARATOR;
    out += texts.length === 1 ? texts[0] : texts.join(ITEM_SEPARATOR);
  }
  return out;
}

/** Beginning of a completed step in the record of steps. */
export function stepHead(id: string): string {
  return `{"id":${JSON.stringify(id)},"status":"completed","output":[`;
}

/** JSON text of the lists of json per port, for the record of steps. */
export function stepText(head: string, ports: readonly (readonly string[])[]): string {
  let out = head;
  for (let p = 0; p < ports.length; p += 1) {
    const texts = ports[p] as readonly string[];
    out += p === 0 ? '[' : ',[';
    out += texts.length === 1 ? texts[0] : texts.join(',');
    out += ']';
  }
  return `${out}]}`;
}

/** A step that failed, with what it was given. Source code is no argument: the definition has it. */
export function failedText(
  step: { id: string; code: unknown },
  failed: Failure,
  given: Record<string, Json> | null,
  limits: Limits,
): string {
  const head = `{"id":${JSON.stringify(step.id)},"status":"failed","output":[]`;
  let more = '';
  if (given !== null) {
    try {
      const shown = step.code === null ? given : { ...given };
      if (step.code !== null) delete shown['code'];
      const { value, chars } = shortened(shown, limits.argumentBytes);
      more = `,"arguments":${JSON.stringify(value)}${chars === null ? '' : `,"argumentsOf":${chars}`}`;
    } catch {
      // What a user's object says of itself may be anything; then it is not kept.
    }
  }
  return `${head}${more},"failure":${JSON.stringify(failed)}}`;
}

export function skippedText(id: string): string {
  return `{"id":${JSON.stringify(id)},"status":"skipped","output":[]}`;
}
