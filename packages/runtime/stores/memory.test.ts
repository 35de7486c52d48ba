/** Tests of the memory store: the conformance suite. */
import { describeStore } from './conformance.ts';
import { openMemoryStore } from './memory.ts';

describeStore('memory', async ({ now }) => openMemoryStore({ now }));
