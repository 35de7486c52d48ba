/**
 * Owns the list of suites and running their cases, several at once. Does not print or judge.
 */
import type { Case, Outcome, Suite } from './case.ts';

const FILES = [
  'n8n-recorded.ts',
  'n8n-upstream.ts',
  'n8n-order.ts',
  'n8n-expressions.ts',
  'dify.ts',
  'windmill.ts',
  'windmill-expressions.ts',
] as const;

export async function loadSuites(): Promise<Suite[]> {
  const suites: Suite[] = [];
  for (const file of FILES) {
    const url = new URL(file, import.meta.url);
    try {
      const exported = Object.values((await import(url.href)) as Record<string, unknown>);
      suites.push(...exported.filter(isSuite));
    } catch (error) {
      // The other suites can be run all the same.
      const product = (['n8n', 'dify', 'windmill'] as const).find((one) => file.startsWith(one)) ?? 'n8n';
      suites.push({ name: file, product, cases: () => Promise.reject(error) });
    }
  }
  return suites;
}

const isSuite = (value: unknown): value is Suite =>
  value !== null && typeof value === 'object' && 'product' in value && 'cases' in value;

export interface Result extends Outcome {
  name: string;
  ms: number;
}

export interface SuiteResult {
  name: string;
  product: Suite['product'];
  results: Result[];
  /** Why there are no results; null when there are. */
  broken: string | null;
}

export interface RunOptions {
  /** Folder of all fixtures. */
  folder: string;
  wanted: (name: string) => boolean;
  told: (suite: Suite, result: Result) => void;
}

/** Cases wait for servers and retries more than they calculate. */
const AT_ONCE = 6;
/** Longer than the time limit of a run: what answers later hangs. */
const CASE_MS = 60_000;

export async function runSuite(suite: Suite, options: RunOptions): Promise<SuiteResult> {
  const { name, product } = suite;
  let cases: Case[];
  try {
    cases = await suite.cases(options.folder);
  } catch (error) {
    return { name, product, results: [], broken: `Its cases cannot be read: ${messageOf(error)}` };
  }
  if (cases.length === 0) return { name, product, results: [], broken: 'It found no cases.' };
  const chosen = cases.filter((one) => options.wanted(one.name));
  const results: Result[] = [];
  const waiting = [...chosen.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [place, one] = next;
      const from = performance.now();
      const outcome = await outcomeOf(one);
      const result = { name: one.name, ms: Math.round(performance.now() - from), ...outcome };
      results[place] = result;
      options.told(suite, result);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { name, product, results, broken: null };
}

async function outcomeOf(one: Case): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((give) => {
    timer = setTimeout(give, CASE_MS, { result: 'failed', reason: `no answer within ${CASE_MS / 1000} s` });
  });
  try {
    return await Promise.race([one.run(), late]);
  } catch (error) {
    return { result: 'failed', reason: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
