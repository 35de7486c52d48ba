/**
 * Owns the lists of node types in docs/FOREIGN.md: prints them from the converters. Describes none of them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAPPINGS } from '@rondo/core/convert/n8n/types/index.ts';
import { betweenMarkers, type Printed, write } from './printed.ts';
import { ROOT } from './repository.ts';

const FILE = 'docs/FOREIGN.md';

/** As people know them: without the name of the package. */
const short = (type: string): string => type.replace(/^(?:@n8n\/)?n8n-nodes-(?:base|langchain)\./, '');

export function foreign(): Printed {
  const types = [...new Set(Object.keys(MAPPINGS).map(short))].toSorted();
  const list = types.map((type) => `\`${type}\``).join(', ');
  const text = readFileSync(join(ROOT, FILE), 'utf8');
  return { file: FILE, text: betweenMarkers(text, 'n8n node types', list) };
}

if (import.meta.main) write(foreign());
