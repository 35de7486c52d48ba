/**
 * Owns the list of node types in the fixtures of n8n: how many workflows use each version, and which have no mapping.
 * For people: `node conformance/n8n-types.ts [--missing] [FOLDER]`. What a mapping refuses says the suite.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MAPPINGS } from '@rondo/core/convert/n8n/types/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { missing: { type: 'boolean', default: false } },
});
const folder = positionals[0] ?? fileURLToPath(new URL('../../shared/fixtures/', import.meta.url));
if (!existsSync(folder)) {
  process.stderr.write(`There are no fixtures in ${folder}.\n`);
  process.exit(3);
}

/** By type and version, the workflows. */
const uses = new Map<string, Map<number, Set<string>>>();
for (const part of ['n8n-recorded', 'n8n']) {
  const entries = await readdir(join(folder, part), { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile() || !entry.name.endsWith('.json')) continue;
    const file = join(entry.parentPath, entry.name);
    const { nodes } = JSON.parse(await readFile(file, 'utf8')) as { nodes?: unknown };
    for (const node of Array.isArray(nodes) ? (nodes as { type?: unknown; typeVersion?: unknown }[]) : []) {
      if (typeof node?.type !== 'string') continue;
      const versions = uses.get(node.type) ?? new Map<number, Set<string>>();
      uses.set(node.type, versions);
      const version = Number(node.typeVersion ?? 1);
      versions.set(version, (versions.get(version) ?? new Set()).add(file));
    }
  }
}

for (const [type, versions] of [...uses].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const known = Object.hasOwn(MAPPINGS, type);
  if (known && values.missing) continue;
  const counts = [...versions].sort(([a], [b]) => a - b).map(([version, files]) => `${version} (${files.size})`);
  process.stdout.write(`${known ? '      ' : 'none  '}${type}  ${counts.join(', ')}\n`);
}
