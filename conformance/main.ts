/**
 * Owns `npm run conformance`: which suites and cases run, and the exit code. Foreign files are run here and what
 * comes out is compared with what the original product gives.
 *
 *   npm run conformance                              all suites
 *   npm run conformance -- --product n8n             one product: n8n, dify or windmill
 *   npm run conformance -- --suite recorded          suites whose name holds this
 *   npm run conformance -- --case sort --verbose     cases whose name holds this; says why they did not pass
 *   npm run conformance -- --fixtures DIR            where the cases are; default ../shared/fixtures
 *   npm run conformance -- --update-baseline         what passes now must pass from now on
 *
 * Exit code 1: fewer passed than the baseline says, or a suite could not be run. 3: there are no fixtures.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { raised, readBaseline, regressions, writeBaseline } from './baseline.ts';
import { markdown, reportJson, tableText } from './report.ts';
import { closeForeign } from './run-foreign.ts';
import { loadSuites, runSuite, type SuiteResult } from './suites.ts';

const { values } = parseArgs({
  options: {
    'product': { type: 'string' },
    'suite': { type: 'string' },
    'case': { type: 'string' },
    'fixtures': { type: 'string' },
    'verbose': { type: 'boolean', default: false },
    'update-baseline': { type: 'boolean', default: false },
  },
});

const folder =
  values.fixtures === undefined
    ? fileURLToPath(new URL('../../shared/fixtures/', import.meta.url))
    : resolve(values.fixtures);
if (!existsSync(folder)) {
  process.stderr.write(`There are no fixtures in ${folder}; --fixtures DIR says where they are.\n`);
  process.exit(3);
}

const holds = (text: string, part: string | undefined): boolean =>
  part === undefined || text.toLowerCase().includes(part.toLowerCase());

const chosen = (await loadSuites()).filter(
  (suite) => holds(suite.product, values.product) && holds(suite.name, values.suite),
);
if (chosen.length === 0) {
  process.stderr.write('No suite fits.\n');
  process.exit(2);
}

const from = performance.now();
const suites: SuiteResult[] = [];
for (const suite of chosen) {
  suites.push(
    await runSuite(suite, {
      folder,
      wanted: (name) => holds(name, values.case),
      told: (_, { result, name, ms, reason }) => {
        if (!values.verbose || (result === 'passed' && values.case === undefined)) return;
        const why = reason === undefined ? '' : `\n    ${reason.replaceAll('\n', '\n    ')}`;
        process.stdout.write(`${result.padEnd(11)} ${suite.name}: ${name} (${ms} ms)${why}\n`);
      },
    }),
  );
}
await closeForeign();

// Of a part of the cases nothing follows for the whole.
const whole = values.case === undefined;
const baseline = readBaseline();
const all = values.product === undefined && values.suite === undefined;
const trouble = whole ? regressions(baseline, suites, all) : [];

const out = join(import.meta.dirname, 'out');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'conformance-report.json'), reportJson(suites, trouble));
writeFileSync(join(out, 'conformance-report.md'), markdown(suites, trouble));

process.stdout.write(`${tableText(suites)}\n${Math.round((performance.now() - from) / 1000)} s; `);
process.stdout.write('every case that did not pass, with its reason: conformance/out/conformance-report.md\n');
for (const line of trouble) process.stdout.write(`WORSE  ${line}\n`);
if (values['update-baseline'] && whole) {
  if (suites.every((suite) => suite.broken === null)) writeBaseline(raised(baseline, suites));
  else process.stdout.write('The baseline is as it was: a suite could not be run.\n');
}
// Servers of suites may still listen.
process.exit(trouble.length === 0 ? 0 : 1);
