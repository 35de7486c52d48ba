/** Owns how the conformance suites open the services they test. */
import type { Services } from '../services.ts';

/** Opens empty services whose clock is `now`. */
export type OpenServices = (options: { now: () => number; key: Uint8Array }) => Promise<Services>;
