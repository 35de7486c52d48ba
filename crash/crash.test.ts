/**
 * Owns the short form of the crash tests: random kill -9 in loops with one HTTP effect per
 * iteration, judged by the checker. The long form is main.ts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCampaign, type Plan } from './campaign.ts';
import { judge } from './judge.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-crash-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform !== 'linux')('kill -9 at random moments', () => {
  const kinds: [Plan['kind'], number, number][] = [
    ['sequential', 8, 3_000],
    ['parallel', 7, 10_000],
    ['nested', 5, 2_000],
  ];
  it.each(kinds)(
    '%s: nothing acknowledged is lost, nothing is committed twice',
    async (kind, kills, count) => {
      const own = mkdtempSync(join(folder, `${kind}-`));
      await runCampaign({ kind, seed: 20, kills, recoveryEvery: 4, folder: own, count });
      const { violations, figures } = await judge(own);
      expect(violations).toEqual([]);
      expect(figures).toMatchObject({ kills, lost: 0, duplicates: 0 });
      // A campaign in which nothing was acknowledged before a kill would prove nothing.
      expect(figures.acknowledged).toBeGreaterThan(kills);
    },
    60_000,
  );
});
