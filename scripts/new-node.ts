/**
 * Owns `npm run new:node -- my-node [--effect]`: a folder with a node that works, a test that passes, and
 * its line in the registry. Does not overwrite anything.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** Names that an import cannot have. */
const RESERVED = new Set([
  'if',
  'switch',
  'for',
  'while',
  'do',
  'new',
  'delete',
  'default',
  'import',
  'export',
  'return',
  'class',
  'function',
  'in',
  'with',
  'void',
  'typeof',
  'throw',
  'try',
  'case',
  'const',
  'var',
  'this',
  'null',
  'true',
  'false',
  'break',
  'continue',
  'super',
  'yield',
  'await',
  'static',
  'enum',
  'let',
]);

export type Work = 'kernel' | 'effect';

function titleOf(name: string): string {
  const text = name.replaceAll('-', ' ');
  return text[0]?.toUpperCase() + text.slice(1);
}

function importName(name: string): string {
  const camel = name.replace(/-([a-z0-9])/g, (_, c: string) => c.toUpperCase());
  return RESERVED.has(camel) ? `${camel}_` : camel;
}

function kernelFiles(name: string): Record<string, string> {
  return {
    'node.ts': `/** Owns ${titleOf(name)}: say here in one line what it does. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: '${name}',
  title: '${titleOf(name)}',
  description: 'Writes a greeting into each item.',
  group: 'data',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    greeting: { type: 'string', description: 'The word before the name.', default: 'Hello' },
  },
  examples: [
    {
      title: 'A greeting',
      input: [{ name: 'Ada' }],
      with: { greeting: 'Dear' },
      output: [{ name: 'Ada', greeting: 'Dear Ada' }],
    },
  ],
});
`,
    'kernel.ts': `/** Owns the work of ${titleOf(name)} on one item. Runs inside the isolate: no Node, no network, no files. */
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { keptFields, withJson } from '../kit/items.ts';
import { getPath, put } from '../kit/paths.ts';
import { readText } from '../kit/read.ts';

export function run({ params, item }: KernelCall): KernelResult {
  // A copy: the item itself belongs to whoever made it.
  const json = keptFields(item.json, 'all', []);
  put(json, 'greeting', \`\${readText(params, 'greeting', 'Hello')} \${String(getPath(json, 'name') ?? '')}\`.trim());
  return [[withJson(item, json)]];
}
`,
    'node.test.ts': `/** ${titleOf(name)}: what its users rely on. */
import { describe, expect, it } from 'vitest';
import { nodeContract } from '../kit/contract.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

describe('${name}', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);

  it('greets without a name', async () => {
    const { output } = await runNode(node, { input: [{}] });
    expect(output.main).toEqual([{ greeting: 'Hello' }]);
  });
});
`,
  };
}

function effectFiles(name: string): Record<string, string> {
  return {
    'node.ts': `/** Owns ${titleOf(name)}: say here in one line what it does. */
import { defineNode, MAIN } from '../kit/define.ts';
import { run } from './run.ts';

export const node = defineNode({
  type: '${name}',
  title: '${titleOf(name)}',
  description: 'Asks a server for a text.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  // Asking twice changes nothing; remove this when it does.
  safe: true,
  run,
  parameters: {
    url: { type: 'string', description: 'Address to ask.', required: true },
  },
  examples: [{ title: 'Ask', with: { url: 'https://example.com/motd' }, output: [{ status: 200, text: 'Hello' }] }],
});
`,
    'run.ts': `/** Owns the work of ${titleOf(name)} on one item. The world is reached through call.ports only. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';

export async function run({ params, ports, signal }: EffectCall): Promise<EffectResult> {
  const url = params.url as string;
  const response = await ports.fetch(url, { signal });
  if (response.status >= 400) {
    throw new FailureError(
      failure('http-status', \`\${url} answered \${response.status} \${response.statusText}.\`, {
        retry: response.status >= 500 ? 'yes' : 'no',
        data: { status: response.status },
      }),
    );
  }
  return { items: [{ json: { status: response.status, text: new TextDecoder().decode(response.body) } }] };
}
`,
    'node.test.ts': `/** ${titleOf(name)}: what its users rely on, against a real server. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EgressResponse } from '@rondo/core/model/node-type.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

let server: Server;
let base = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    response.statusCode = request.url === '/motd' ? 200 : 404;
    response.end('Hello');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = \`http://127.0.0.1:\${(server.address() as AddressInfo).port}\`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

/** The door to the network, without the guard. */
async function plainFetch(url: string): Promise<EgressResponse> {
  const { status, statusText, ...response } = await fetch(url).then(async (answer) => ({
    status: answer.status,
    statusText: answer.statusText,
    headers: Object.fromEntries(answer.headers),
    body: new Uint8Array(await answer.arrayBuffer()),
  }));
  return { status, statusText, url, ...response };
}

describe('${name}', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);

  it('gives the answer', async () => {
    const { output } = await runNode(node, { params: { url: \`\${base}/motd\` }, ports: { fetch: plainFetch } });
    expect(output.main).toEqual([{ status: 200, text: 'Hello' }]);
  });

  it('fails with the status', async () => {
    const run = runNode(node, { params: { url: \`\${base}/none\` }, ports: { fetch: plainFetch } });
    await expect(run).rejects.toMatchObject({ failure: { code: 'http-status', data: { status: 404 } } });
  });
});
`,
  };
}

/** The registry with one more node: an import and an entry, each in the order of the alphabet. */
export function withNode(registry: string, name: string): string {
  const lines = registry.split('\n');
  const own = importName(name);
  const insert = (line: string, fits: RegExp): void => {
    const found = lines.flatMap((text, i) => (fits.test(text) ? [i] : []));
    const at = found.find((i) => (lines[i] as string) > line) ?? (found.at(-1) ?? -1) + 1;
    if (at === 0) throw new Error('packages/nodes/registry.ts does not look as expected.');
    lines.splice(at, 0, line);
  };
  insert(`import { node as ${own} } from './${name}/node.ts';`, /^import \{ node as /);
  insert(`  ${own},`, /^ {2}\w+,$/);
  return lines.join('\n');
}

/** Answers the files that it wrote, relative to `root`. Throws an Error for people. */
export function newNode(root: string, name: string, work: Work): string[] {
  if (!NAME.test(name))
    throw new Error(`"${name}" is no node name: words in lower case joined by "-", such as send-mail.`);
  const folder = join('packages', 'nodes', name);
  if (existsSync(join(root, folder))) throw new Error(`${folder} exists already.`);
  const registry = join('packages', 'nodes', 'registry.ts');
  const text = withNode(readFileSync(join(root, registry), 'utf8'), name);
  const files = work === 'kernel' ? kernelFiles(name) : effectFiles(name);
  mkdirSync(join(root, folder));
  for (const [file, content] of Object.entries(files)) writeFileSync(join(root, folder, file), content, { flag: 'wx' });
  writeFileSync(join(root, registry), text);
  return [...Object.keys(files).map((file) => join(folder, file)), registry];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const names = words.filter((word) => !word.startsWith('--'));
  const unknown = words.find((word) => word.startsWith('--') && word !== '--effect');
  if (names.length !== 1 || unknown !== undefined) {
    console.error(
      'Usage: npm run new:node -- NAME [--effect]\n  NAME      words in lower case joined by "-"\n  --effect  a node that reaches the world, not a pure one',
    );
    process.exitCode = 2;
  } else {
    try {
      const name = names[0] as string;
      const written = newNode(ROOT, name, words.includes('--effect') ? 'effect' : 'kernel');
      console.log(`${written.join('\n')}\n\nTest it: npm test -- packages/nodes/${name}`);
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 2;
    }
  }
}
