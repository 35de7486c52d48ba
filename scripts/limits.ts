/**
 * Owns docs/LIMITS.md: prints it from packages/core/model/limits.ts. Holds no limit itself.
 */
import { LIMITS, type Limit } from '@rondo/core/model/limits.ts';
import { type Printed, write } from './printed.ts';

const MIB = 1024 * 1024;

function amount(value: number, unit: Limit['unit']): string {
  if (unit === 'bytes' && value % MIB === 0) return `${value / MIB} MiB`;
  if (unit === 'ms' && value % 1000 === 0) return `${value / 1000} s`;
  return `${value.toLocaleString('en-US')}${unit === 'count' ? '' : ` ${unit}`}`;
}

export function limits(): Printed {
  const rows = Object.entries(LIMITS).map(
    ([name, limit]) =>
      `| \`${name}\` | ${limit.what} | ${amount(limit.default, limit.unit)} | ${amount(limit.cap, limit.unit)} |`,
  );
  const text = `# Limits

Everything that can grow has an end. This page is printed from \`packages/core/model/limits.ts\` by
\`scripts/limits.ts\`; a test checks that it is up to date.

A workflow raises or lowers a limit for itself, up to the cap; higher values are cut at the cap:

\`\`\`yaml
settings:
  limits: { loop.iterations: 2000000 }
\`\`\`

An error about a limit names the limit, its value, the place where it was reached and how to raise it
(\`limit-reached\`, see [ERRORS.md](ERRORS.md)). Numbers in \`settings.limits\` are bytes, milliseconds or
plain counts.

| limit | of what | default | cap |
|---|---|---|---|
${rows.join('\n')}
`;
  return { file: 'docs/LIMITS.md', text };
}

if (import.meta.main) write(limits());
