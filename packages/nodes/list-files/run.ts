/** Owns one call of the List Files node: an item for each file that fits. kit/formats finds them. */
import type { FileEntry } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { filesThatFit } from '../kit/formats/listing.ts';
import { readFlag, readText } from '../kit/read.ts';

export async function run(call: EffectCall): Promise<EffectResult> {
  const found = await filesThatFit(call, readText(call.params, 'path'), readFlag(call.params, 'hidden', false));
  return { items: found.map(({ path, entry }) => ({ json: factsOf(path, entry) })) };
}

function factsOf(path: string, { name, size, modified }: FileEntry): Record<string, string | number> {
  return { path, name, size, modified: new Date(modified).toISOString() };
}
