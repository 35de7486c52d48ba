/** The first workflow and the templates: put once, and what becomes of them without a network. */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serverTests, start } from '../testing/start.ts';
import { putSample, SAMPLE } from './sample.ts';

serverTests();
const TEMPLATES = fileURLToPath(new URL('../../web/start/templates', import.meta.url));
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rondo-sample-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the text of a file, with all pauses made short. */
async function runOf(file: string) {
  const text = (await readFile(file, 'utf8')).replace(/for: \d+ms/, 'for: 1ms');
  const at = await start({ 'tested.yaml': text.replace('rondo: 1\n', '') });
  const workflow = at.workflows.get('tested.yaml');
  expect(workflow?.diagnostics).toEqual([]);
  const { runId } = await at.server.launcher.start({ definition: text, file: workflow?.file ?? file });
  return { run: await at.run(runId), loops: await at.store.loops(runId) };
}

it('is put into a new installation only', async () => {
  const workflows = join(folder, 'data', 'workflows');
  expect(await putSample(workflows)).toBe(true);
  expect(await readdir(workflows)).toEqual(['say-hello.yaml']);
  await rm(join(workflows, 'say-hello.yaml'));
  expect(await putSample(workflows), 'somebody deleted it').toBe(false);
  await mkdir(join(folder, 'own'));
  expect(await putSample(join(folder, 'own'))).toBe(false);
  expect(await readdir(join(folder, 'own'))).toEqual([]);
});

it('says hello to 147 of 150 people: three fail for one reason', async () => {
  const { loops } = await runOf(SAMPLE);
  expect(loops.find((loop) => loop.node === 'each')).toMatchObject({ total: 150, completed: 147, failed: 3 });
});

it('offers six templates that run at once, without a network', async () => {
  const files = (await readdir(TEMPLATES)).sort();
  expect(files).toHaveLength(6);
  for (const file of files) {
    const { run, loops } = await runOf(join(TEMPLATES, file));
    expect([file, run.status, loops.reduce((sum, loop) => sum + loop.failed, 0)]).toEqual([file, 'completed', 0]);
  }
});
