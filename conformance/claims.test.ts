/**
 * What the products' descriptions claim, one small file of our own per claim (claims/*.jsonl): its input, and what it
 * gives - the output, the message of its failure, or the runs of one node.
 */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { ForeignFormat } from '@rondo/core/convert/converted.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { difference } from './compare.ts';
import { closeForeign, runForeign, type ForeignRun } from './run-foreign.ts';

interface Claim {
  name: string;
  file: Json;
  input?: Json;
  workflows?: Record<string, Json>;
  signals?: Json[];
  status: ForeignRun['status'];
  output?: Json;
  error?: string;
  node?: [name: string, runs: Json[][][]];
}

const AT_ONCE = 3;
/** All claims of a product, on a machine with much else to do. */
const LONGEST_MS = 240_000;

afterAll(closeForeign);

async function wrongIn(claim: Claim, format: ForeignFormat): Promise<string | null> {
  const { file, input, workflows = {}, signals = [], node } = claim;
  const run = await runForeign(JSON.stringify(file), {
    format,
    signals,
    ...(input === undefined ? {} : { input }),
    workflows: Object.fromEntries(Object.entries(workflows).map(([name, one]) => [name, JSON.stringify(one)])),
  });
  if (run.status !== claim.status) return `the status is ${run.status}: ${run.error?.message ?? ''}`;
  if (claim.error !== undefined && run.error?.message !== claim.error) return `the failure is ${run.error?.message}`;
  if (claim.output !== undefined) return difference(claim.output, run.output);
  return node === undefined ? null : difference(node[1], run.nodes[node[0]] ?? null);
}

describe('claims', () => {
  it.each<[string, ForeignFormat]>([
    ['n8n', 'n8n'],
    ['dify', 'dify'],
    ['windmill', 'openflow'],
  ])(
    '%s',
    async (product, format) => {
      const text = readFileSync(new URL(`./claims/${product}.jsonl`, import.meta.url), 'utf8');
      const claims = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Claim);
      const wrong: string[] = [];
      const work = async (): Promise<void> => {
        for (let claim = claims.shift(); claim !== undefined; claim = claims.shift()) {
          const found = await wrongIn(claim, format);
          if (found !== null) wrong.push(`${claim.name}: ${found}`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      expect(wrong).toEqual([]);
    },
    LONGEST_MS,
  );
});
