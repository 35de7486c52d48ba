/** The contract finds the mistakes that it is there to find. */
import { describe, expect, it } from 'vitest';
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { nodeContract } from './contract.ts';
import { MAIN } from './define.ts';

function kernel(body: string): NodeType {
  return {
    type: 'probe',
    title: 'Probe',
    description: 'For tests.',
    group: 'data',
    work: 'kernel',
    module: `data:text/javascript,${encodeURIComponent(`export function run({ params, item, index }) { ${body} }`)}`,
    inputs: MAIN,
    outputs: MAIN,
    parameters: { name: { type: 'string', description: 'Name.', default: 'n' } },
    examples: [{ title: 'Adds', input: [{ a: 1 }], with: { name: 'b' }, output: [{ a: 1, b: 2 }] }],
  };
}

async function broken(body: string): Promise<string[]> {
  const names: string[] = [];
  for (const { name, check } of nodeContract(kernel(body))) {
    await check().catch(() => names.push(name));
  }
  // The URL of the probe is none of a file; that is not what is looked at here.
  return names.filter((name) => name !== 'has a valid spec');
}

const CHECK =
  "if (typeof params.name !== 'string') throw Object.assign(new Error('x'), { failure: { code: 'wrong-type', message: 'name must be text' } });";

describe('nodeContract', () => {
  it('is content with a correct node', async () => {
    expect(await broken(`${CHECK} return [[{ json: { ...item.json, [params.name]: 2 } }]];`)).toEqual([]);
  });

  it('finds a wrong result', async () => {
    expect(await broken(`${CHECK} return [[{ json: { ...item.json, [params.name]: 3 } }]];`)).toEqual([
      'example: Adds',
    ]);
  });

  it('finds changes to the input', async () => {
    expect(await broken(`${CHECK} item.json[params.name] = 2; return [[{ json: item.json }]];`)).toEqual([
      'does not change its input',
    ]);
  });

  it('finds lineage that is handed on', async () => {
    const found = await broken(`${CHECK} return [[{ ...item, json: { ...item.json, [params.name]: 2 } }]];`);
    expect(found).toEqual(['does not change its input']);
  });

  it('finds keys that get lost', async () => {
    const body = `${CHECK} const json = {}; for (const k in item.json) json[k] = item.json[k]; json[params.name] = 2; return [[{ json }]];`;
    expect(await broken(body)).toEqual(['keeps keys such as __proto__ and constructor']);
  });

  it('finds texts that are changed', async () => {
    const body = `${CHECK} return [[{ json: JSON.parse(JSON.stringify({ ...item.json, [params.name]: 2 }).normalize('NFC')) }]];`;
    expect(await broken(body)).toEqual(['keeps unicode, and texts of every kind']);
  });

  it('finds parameters that are not looked at', async () => {
    expect(await broken('return [[{ json: { ...item.json, [params.name]: 2 } }]];')).toEqual([
      'refuses name of the wrong type',
    ]);
  });
});
