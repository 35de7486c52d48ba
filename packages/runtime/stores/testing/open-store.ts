/** Owns how the conformance suites open the store they test. */
import type { RunStore } from '@rondo/core/ports.ts';

/** Opens an empty store whose clock is `now`. */
export type OpenStore = (options: { now: () => number }) => Promise<RunStore>;
