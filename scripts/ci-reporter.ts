/**
 * Owns the line `N passed, N failed` that ends a test run in CI, and before it a line for each test that passed only
 * when it was tried again: `flaky: FILE > NAME: REASON`. Does not report other tests; vitest's own reporter does that.
 */
import type { Reporter, TestModule } from 'vitest/node';

interface Counts {
  passed: number;
  failed: number;
}

export function count(modules: readonly TestModule[], errors: number): Counts {
  let passed = 0;
  // An error outside any test and a file that cannot be loaded are failures too.
  let failed = errors;
  for (const module of modules) {
    failed += module.errors().length;
    for (const test of module.children.allTests()) {
      const state = test.result().state;
      if (state === 'passed') passed += 1;
      else if (state === 'failed') failed += 1;
    }
  }
  return { passed, failed };
}

/** Tests that failed first: named, so that a retry hides nothing. */
export function flaky(modules: readonly TestModule[]): string[] {
  return modules.flatMap((module) =>
    [...module.children.allTests()]
      .filter((test) => test.diagnostic()?.flaky === true)
      .map((test) => {
        const [reason = 'no reason given'] = (test.result().errors ?? []).map(({ message }) => message.split('\n')[0]);
        return `flaky: ${module.relativeModuleId} > ${test.fullName}: ${reason}`;
      }),
  );
}

export default class CiReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const { passed, failed } = count(modules, errors.length);
    const lines = [...flaky(modules), `${passed} passed, ${failed} failed`];
    // After the summary of the default reporter, which prints in the same turn.
    process.once('exit', () => console.log(lines.join('\n')));
  }
}
