/**
 * Owns the check that the repository keeps its own rules: who imports whom, what every file says
 * about itself, and that printed documents are up to date. The rules are in dependency-rules.json.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architecture } from '../scripts/architecture.ts';
import { foreign } from '../scripts/foreign.ts';
import { importsOf, resolveImport } from '../scripts/imports.ts';
import { limits } from '../scripts/limits.ts';
import { nodes } from '../scripts/nodes.ts';
import { isUpToDate } from '../scripts/printed.ts';
import { repositoryFiles, ROOT } from '../scripts/repository.ts';
import {
  allProblems,
  fileProblems,
  importProblems,
  isSource,
  loadRules,
  nameProblems,
  partOf,
} from '../scripts/rules.ts';

const files = repositoryFiles();
const rules = loadRules();

describe('repository', () => {
  it('keeps the dependency rule and the rules for files', () => {
    expect(allProblems(files)).toEqual([]);
  });

  it('has a file for every part that the rules name', () => {
    const empty = rules.parts.filter((part) => !files.some((file) => partOf(rules, file) === part));
    expect(empty.map((part) => part.name)).toEqual([]);
  });

  it('names only parts that exist', () => {
    const names = new Set(rules.parts.map((part) => part.name));
    const unknown = rules.parts.flatMap((part) =>
      part.may === 'all' ? [] : part.may.filter((name) => !names.has(name)),
    );
    expect(unknown).toEqual([]);
  });

  it('imports only files that exist', () => {
    const missing = files.filter(isSource).flatMap((file) =>
      importsOf(readFileSync(join(ROOT, file), 'utf8'))
        .map((found) => resolveImport(file, found.specifier))
        .flatMap((target) =>
          target.kind === 'file' && !files.includes(target.path) ? [`${file}: ${target.path}`] : [],
        ),
    );
    expect(missing).toEqual([]);
  });

  it('has printed documents that are up to date', () => {
    expect(isUpToDate(architecture()), 'run scripts/architecture.ts').toBe(true);
    expect(isUpToDate(limits()), 'run scripts/limits.ts').toBe(true);
    expect(isUpToDate(nodes()), 'run scripts/nodes.ts').toBe(true);
    expect(isUpToDate(foreign()), 'run scripts/foreign.ts').toBe(true);
  });
});

describe('the rules themselves', () => {
  it('find static, type, re-exported, side-effect and dynamic imports', () => {
    const source = [
      "import { a } from './a.ts';",
      "import type { B } from '@rondo/core/b.ts';",
      'import {\n  c,\n  d,\n} from "node:fs";',
      "export * from './e.ts';",
      "import 'side';",
      `const f = await ${'import'}('./f.ts');`,
      "// import { no } from './comment.ts';",
      "/* import { no } from './comment.ts'; */",
      "const code = `x ${f(`}`)}\nimport { no } from './text.ts';\n` + /`/.source;",
      "import { g } from './g.ts';",
      'export const text = 1;',
    ].join('\n');
    expect(importsOf(source).map((found) => found.specifier)).toEqual([
      './a.ts',
      '@rondo/core/b.ts',
      'node:fs',
      './e.ts',
      'side',
      './g.ts',
      './f.ts',
    ]);
    expect(importsOf(source).map((found) => found.line)).toEqual([1, 2, 3, 7, 8, 15, 9]);
    expect(importsOf(source)[1]?.typeOnly).toBe(true);
  });

  it('know where a specifier leads', () => {
    expect(resolveImport('packages/core/compile/x.ts', '../errors.ts')).toEqual({
      kind: 'file',
      path: 'packages/core/errors.ts',
    });
    expect(resolveImport('apps/cli/x.ts', '@rondo/core/errors.ts')).toEqual({
      kind: 'file',
      path: 'packages/core/errors.ts',
    });
    expect(resolveImport('x.ts', 'csv-parse/sync')).toEqual({ kind: 'package', name: 'csv-parse' });
    expect(resolveImport('x.ts', '@scope/name/deep')).toEqual({ kind: 'package', name: '@scope/name' });
  });

  it.each([
    ['packages/core/engine/next.ts', "import { x } from '../ports.ts';", 'core/engine must not import core/ports'],
    ['packages/core/engine/next.ts', "import { x } from '../expression/parse.ts';", 'must not import core/expression'],
    ['packages/core/engine/next.ts', "import { x } from '../model/item.ts';", 'must not import core/item'],
    ['packages/core/model/item.ts', "import { x } from 'node:fs';", 'must not use node:fs'],
    ['packages/nodes/set/kernel.ts', "import { x } from 'node:fs';", 'must not use node:fs'],
    ['packages/nodes/set/node.ts', "import { x } from '../filter/kernel.ts';", 'must not import'],
    ['packages/nodes/set/node.ts', "import { x } from '../if/node.ts';", 'another folder of its kind'],
    ['packages/nodes/set/node.ts', "import { x } from '@rondo/core/engine/loop.ts';", 'must not import core/loop'],
    ['packages/nodes/set/node.ts', "import { x } from '@rondo/runtime/api.ts';", 'must not import runtime/runner'],
    [
      'packages/runtime/stores/sqlite.ts',
      "import { x } from '@rondo/core/engine/frame.ts';",
      'must not import core/engine',
    ],
    ['packages/runtime/sandbox/isolate/main.ts', "import { x } from 'node:vm';", 'must not use node:vm'],
    ['packages/core/errors.ts', "import { x } from 'lodash';", 'must not use the package lodash'],
    ['elsewhere/file.ts', '', 'belongs to no part'],
  ])('refuse %s with %s', (file, source, message) => {
    expect(importProblems(rules, file, source).join('\n')).toContain(message);
  });

  it('let a node import its own kernel, and a test everything', () => {
    expect(importProblems(rules, 'packages/nodes/set/node.ts', "import { x } from './kernel.ts';")).toEqual([]);
    expect(importProblems(rules, 'packages/nodes/set/node.test.ts', "import { x } from 'vitest';")).toEqual([]);
  });

  it('judge names, length and the first comment', () => {
    for (const name of ['packages/core/utils.ts', 'apps/cli/helpers/x.ts', 'src/runManager.ts', 'lib/base-node.ts']) {
      expect(nameProblems(name), name).toHaveLength(1);
    }
    expect(nameProblems('packages/core/database.ts')).toEqual([]);
    expect(fileProblems('a.ts', 'export const a = 1;\n')).toHaveLength(1);
    expect(fileProblems('a.ts', '/** Owns a. */\n'.repeat(501))).toHaveLength(1);
    expect(fileProblems('a.ts', `#!/usr/bin/env node\n${'/** Owns a. */\n'.repeat(499)}`)).toEqual([]);
  });
});
