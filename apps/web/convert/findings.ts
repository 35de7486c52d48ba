/** Owns what a conversion says, in order of harm, by node. Pure. */
import type { Diagnostic } from '@rondo/api/schemas/shared.ts';

export interface Finding {
  key: string;
  /** The node's name in the file; null: the whole file. */
  node: string | null;
  messages: readonly string[];
  fix: string | null;
  line: number | null;
}

export interface Findings {
  unsupported: readonly Finding[];
  changed: readonly Finding[];
  repaired: readonly Finding[];
  kept: readonly string[];
}

/** Several words about one node are one row. */
function grouped(diagnostics: readonly Diagnostic[], names: ReadonlyMap<string, string>): Finding[] {
  const rows = new Map<string, Finding>();
  for (const [index, one] of diagnostics.entries()) {
    const node = one.node === null ? null : (names.get(one.node) ?? one.node);
    const key = node ?? `file ${index}`;
    const row = rows.get(key);
    const messages = [...new Set([...(row?.messages ?? []), one.message])];
    rows.set(key, {
      key,
      node,
      messages,
      fix: row?.fix ?? one.fix?.text ?? null,
      line: row?.line ?? one.line ?? null,
    });
  }
  return [...rows.values()];
}

export function findingsOf(
  diagnostics: readonly Diagnostic[],
  nodes: readonly { id: string; name: string }[],
): Findings {
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  const of = (severity: Diagnostic['severity']): Finding[] =>
    grouped(
      diagnostics.filter((one) => one.severity === severity),
      names,
    );
  const unsupported = of('error');
  const changed = of('warning');
  const repaired = of('hint');
  const named = new Set([...unsupported, ...changed].map((one) => one.node));
  return { unsupported, changed, repaired, kept: nodes.map((node) => node.name).filter((name) => !named.has(name)) };
}

/** As a text file, for a ticket or a colleague. */
export function reportOf(file: string, { unsupported, changed, repaired, kept }: Findings): string {
  const part = (title: string, rows: readonly Finding[]): string[] =>
    rows.length === 0
      ? []
      : [
          '',
          `${title}: ${rows.length}`,
          ...rows.flatMap(({ node, messages, fix, line }) => [
            `- ${node ?? 'The file'}${line === null ? '' : ` (line ${line})`}`,
            ...messages.map((message) => `    ${message}`),
            ...(fix === null ? [] : [`    To do: ${fix}`]),
          ]),
        ];
  return [
    `Import of ${file === '' ? 'pasted text' : file}`,
    ...part('Not supported', unsupported),
    ...part('Changed', changed),
    ...part('Repaired on the way', repaired),
    '',
    `Kept as they are: ${kept.length}`,
    ...kept.map((name) => `- ${name}`),
    '',
  ].join('\n');
}
