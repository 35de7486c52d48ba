/**
 * Owns the bytes that an item brings to a node: a file that it carries, or a field with base64 or text; and the
 * parameters that say which. Does not know formats.
 */
import { createHash } from 'node:crypto';
import type { Item } from '@rondo/core/model/item.ts';
import type { EffectCall, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { readChoice, readText } from '../read.ts';
import { blobsOf, bytesOfField, carriedFile } from './carried.ts';
import { blobSource, bytesSource, type ByteSource } from './source.ts';

export const SOURCE_PARAMETERS: Record<string, ParameterSpec> = {
  from: {
    type: 'string',
    description: 'file: a file that the item carries · base64 or text: a field of the item.',
    default: 'file',
    enum: ['file', 'base64', 'text'],
  },
  file: {
    type: 'string',
    description: 'from file: name under which the item carries it. Default: its only file.',
    default: '',
  },
  field: { type: 'string', description: 'from base64 or text: dot path of the field.', default: 'data' },
};

/** `name`: what a field is called as a file; a carried file has its own name. */
export function carriedSource(call: EffectCall, item: Item, name: string): ByteSource {
  const from = readChoice(call.params, 'from', ['file', 'base64', 'text'] as const, 'file');
  if (from === 'file') return blobSource(blobsOf(call), carriedFile(item, readText(call.params, 'file', '')).ref);
  const bytes = bytesOfField(item, readText(call.params, 'field', 'data'), from);
  return bytesSource(bytes, name, createHash('sha256').update(bytes).digest('hex'));
}
