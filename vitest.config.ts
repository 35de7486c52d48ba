/**
 * Owns how the tests run: where they are and in what kind of process.
 * Threads without isolation: isolated-vm only ever loads in a child process, so nothing native is
 * shared, and not starting a fresh process for each file is the larger part of the time.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{packages,apps,tests,examples,conformance,crash}/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    globalSetup: 'tests/studio/browser-folders.ts',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What is waited for comes; how soon is a matter of the machine.
    expect: { poll: { timeout: 25_000, interval: 30 } },
    // Order of files must not matter; a fixed one keeps a failure repeatable.
    sequence: { shuffle: false },
  },
});
