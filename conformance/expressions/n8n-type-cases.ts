/** Owns the table of n8n's field types, read by the kit of the nodes. Does not read the file. */
import { DateTime } from 'luxon';
import { readAs, textOf, N8N_TYPES, type N8nType } from '@rondo/nodes/kit/n8n-types.ts';
import type { Case, Outcome } from '../case.ts';
import { difference } from '../compare.ts';

interface TypeRow {
  name: string;
  call: string;
  args: [name: string, value: unknown, type: string, options?: { strict?: boolean; parseStrings?: boolean }];
  matcher: string;
  expected: { valid: boolean; newValue?: unknown };
}

export function typeCases(rows: TypeRow[]): Case[] {
  return rows.map((row, at) => ({
    name: `type ${at + 1}: ${JSON.stringify(row.args.slice(1)).slice(0, 80)}`,
    run: async () => judge(row),
  }));
}

const isN8nType = (type: string): type is N8nType => (N8N_TYPES as readonly string[]).includes(type);

function judge({ args, expected }: TypeRow): Outcome {
  const [, given, type, options = {}] = args;
  if (!isN8nType(type)) return { result: 'unsupported', reason: `no field has the type ${type}` };
  const value = valueOf(given);
  // Only a field that is to be text makes text of other values; else they pass as they are.
  const found =
    type === 'string' && options.parseStrings !== true ? { value } : readAs(value, type, options.strict === true);
  if ((found !== undefined) !== expected.valid) {
    return { result: 'failed', reason: found === undefined ? 'it was refused' : 'it was accepted' };
  }
  if (found === undefined) return { result: 'passed' };
  if (isAny(expected.newValue)) {
    const isTime = typeof found.value === 'number' && Number.isFinite(found.value);
    return isTime ? { result: 'passed' } : { result: 'failed', reason: `no moment: ${textOf(found.value)}` };
  }
  const differs = difference(expected.newValue, found.value);
  return differs === null ? { result: 'passed' } : { result: 'failed', reason: differs };
}

const isAny = (value: unknown): boolean => value !== null && typeof value === 'object' && '$any' in value;

function valueOf(given: unknown): unknown {
  if (given === null || typeof given !== 'object') return given;
  if ('$date' in given) return new Date(String(given.$date));
  if ('$dateTime' in given) return DateTime.fromISO(String(given.$dateTime));
  return given;
}
