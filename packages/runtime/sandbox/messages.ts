/**
 * Owns the texts between client and child: requests put together from item texts without parsing
 * them, and slices taken apart. Does not send (evaluator-process.ts) or decide (evaluator.ts).
 */
import type { Failure } from '@rondo/core/errors.ts';
import type { Block, Program, UnitResult } from '@rondo/core/ports.ts';
import { contextText } from './context-text.ts';
import { needsOf } from './needs.ts';
import { FIELD, TO_CHILD, UNIT } from './wire.ts';

export function defineText(program: Program): string {
  const { functions, dates, jmespath, platform } = needsOf(program);
  const needs = (functions ? 'f' : '') + (dates ? 'd' : '') + (jmespath ? 'j' : '') + (platform ? 'p' : '');
  return TO_CHILD.define + [program.id, needs, JSON.stringify(program)].join(FIELD);
}

export interface RunHead {
  program: string;
  unitMs: number;
  /** One unit per slice, so that a death tells which one it was. */
  careful: boolean;
  /** In an isolate that has run nothing else. */
  fresh: boolean;
}

export function runText(head: RunHead, requests: readonly string[]): string {
  const flags = (head.careful ? 'c' : '') + (head.fresh ? 'n' : '');
  return TO_CHILD.run + [head.program, flags, head.unitMs, `[${requests.join(',')}]`].join(FIELD);
}

export interface Part {
  block: Block;
  /** Units done before, and units wanted now. */
  at: number;
  units: number;
  carry: string | null;
  fold: { key: string; part: number } | null;
}

export function requestText({ block, at, units, carry, fold }: Part): string {
  const { first, total, size, context } = block;
  const all = at === 0 && units === block.units;
  const items = all ? block.items : block.items.slice(at * size, (at + units) * size);
  const more =
    fold === null
      ? ''
      : `,"key":${JSON.stringify(fold.key)},"part":${fold.part},"port":${block.port ?? 0},"end":${block.end === true}`;
  return (
    `{"first":${first},"at":${at},"total":${total},"size":${size},"units":${units},"carry":${carry ?? 'null'}` +
    `${more},"context":${contextText(context)},"items":[${items.join(',')}]}`
  );
}

export interface Slice {
  flag: string;
  /** JSON text, or '' where the program hands nothing on. */
  carry: string;
  units: UnitResult[];
}

const STATUS: Record<string, UnitResult['status']> = { c: 'completed', f: 'failed', s: 'skipped' };

function unitOf(text: string): UnitResult {
  const status = STATUS[text[0] as string] ?? 'completed';
  const end = text.indexOf(FIELD);
  if (end < 0) return { status, output: text.slice(1), steps: '', logs: '', failure: null };
  const [steps = '', logs = '', failed = ''] = text.slice(end + 1).split(FIELD);
  return {
    status,
    output: text.slice(1, end),
    steps,
    logs: logs === '' ? '' : (JSON.parse(logs) as string),
    failure: failed === '' ? null : (JSON.parse(failed) as Failure),
  };
}

/** `text` without the frame's mark. */
export function parseSlice(text: string): Slice {
  const a = text.indexOf(FIELD);
  const b = text.indexOf(FIELD, a + 1);
  const c = text.indexOf(FIELD, b + 1);
  const count = Number(text.slice(0, a));
  const body = text.slice(c + 1);
  return {
    flag: text.slice(a + 1, b),
    carry: text.slice(b + 1, c),
    units: count === 0 ? [] : body.split(UNIT).map(unitOf),
  };
}
