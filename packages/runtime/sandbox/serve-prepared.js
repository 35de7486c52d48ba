/**
 * Owns giving the evaluator process its own files from the sources that prepared.ts keeps. Loaded
 * before everything else there; plain JavaScript, for it is what spares the stripping of types.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const { prepared } = JSON.parse(process.argv[2]);
if (prepared !== null) {
  const sources = JSON.parse(readFileSync(prepared.process, 'utf8'));
  registerHooks({
    load(url, context, next) {
      const source = url.startsWith('file:') ? sources[fileURLToPath(url)] : undefined;
      return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
    },
  });
}
