/**
 * Owns the check that the documents say what is: every error code and every name of expressions has
 * its place, every field of the format is explained, and links lead somewhere.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { CODES } from '@rondo/core/errors.ts';
import { SCOPE_NAMES } from '@rondo/core/expression/names.ts';
import { registry } from '@rondo/nodes/registry.ts';
import { describe, expect, it } from 'vitest';
import { repositoryFiles, ROOT } from '../scripts/repository.ts';
import { schemaOf, type Schema } from '../scripts/schema.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('docs/ERRORS.md', () => {
  const sections = read('docs/ERRORS.md')
    .split(/^### `/m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('`')), section.slice(section.indexOf('\n')).trim()] as const);

  it('has a paragraph for every code, and for nothing else', () => {
    expect(sections.map(([code]) => code).sort()).toEqual(Object.keys(CODES).sort());
  });

  it.each(sections)('says what %s means', (_code, text) => {
    expect(text.split('\n## ')[0]?.length).toBeGreaterThan(60);
  });
});

describe('docs/EXPRESSIONS.md', () => {
  const text = read('docs/EXPRESSIONS.md');
  it.each(SCOPE_NAMES.map((entry) => entry.name))('has %s', (name) => {
    expect(text).toContain(name === '$' ? "`$('node')" : `\`${name}`);
  });
});

describe('docs/FORMAT.md', () => {
  const text = read('docs/FORMAT.md');
  const root = schemaOf(registry.list());
  const defs = root.$defs as Record<string, Schema>;
  const fields = [root, defs.node, defs.loop, defs.input, (root.properties as Schema).settings]
    .flatMap((one) => Object.keys((one as Schema).properties as Schema))
    .filter((name) => name !== '$schema');
  it.each([...new Set(fields)])('explains %s', (name) => {
    expect(text).toMatch(new RegExp(`\`${name}\``));
  });
});

describe('links', () => {
  const documents = repositoryFiles().filter((file) => file.endsWith('.md'));
  it.each(documents)('of %s lead to files', (file) => {
    const broken = [...read(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !target.includes('://'))
      .filter((target) => !existsSync(join(ROOT, normalize(join(dirname(file), target)))));
    expect(broken).toEqual([]);
  });
});
