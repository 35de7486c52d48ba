/** Owns `rondo nodes`: what the registry knows, for people. The facts are the node types' own. */
import { Command } from 'commander';
import { stringify } from 'yaml';
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeExample, NodeType, ParameterSpec, PortSpec } from '@rondo/core/model/node-type.ts';
import { closest } from '../closest.ts';
import { EXIT, UsageError } from '../exit.ts';
import type { Context } from '../program.ts';
import type { Style } from '../render/style.ts';
import { table } from '../render/table.ts';
import { padEnd, printable, printableLines, wrap } from '../render/text.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  json?: boolean;
}

const GROUPS: readonly [NodeType['group'], string][] = [
  ['trigger', 'Triggers'],
  ['loop', 'Loops'],
  ['flow', 'Flow'],
  ['data', 'Data'],
  ['integration', 'Integrations'],
];

const DEPTH = 4;

export function build(context: Context): Command {
  return new Command('rondo nodes')
    .description('Lists node types; with a name, shows its parameters and examples.')
    .argument('[name]', 'node type')
    .option('--json', 'print JSON')
    .action(async (name: string | undefined, options: Options) => {
      const { registry } = await import('@rondo/nodes/registry.ts');
      context.code = showNodes(registry.list(), name, options, context.terminal);
    });
}

export function showNodes(
  types: readonly NodeType[],
  name: string | undefined,
  options: Options,
  terminal: Terminal,
): number {
  const { out } = terminal;
  if (name === undefined) {
    if (options.json === true) out.write(`${JSON.stringify({ nodes: types.map(typeJson) })}\n`);
    else out.write(listText(types, terminal));
    return EXIT.completed;
  }
  const type = types.find((t) => t.type === name) ?? types.find((t) => t.title.toLowerCase() === name.toLowerCase());
  if (type === undefined) {
    const near = closest(
      name,
      types.map((t) => t.type),
    );
    const hint = near === null ? '"rondo nodes" lists them.' : `Did you mean "${near}"?`;
    throw new UsageError(`There is no node type "${name}". ${hint}`, 'unknown-node-type');
  }
  out.write(options.json === true ? `${JSON.stringify(typeJson(type))}\n` : oneText(type, terminal));
  return EXIT.completed;
}

function ports(spec: NodeType['inputs']): readonly PortSpec[] {
  if (typeof spec !== 'function') return spec;
  try {
    return spec({});
  } catch {
    return [];
  }
}

function typeJson(type: NodeType): Record<string, unknown> {
  const { title, description, group, work, parameters, examples } = type;
  const facts = { type: type.type, title, description, group, work, parameters, examples };
  return { ...facts, inputs: ports(type.inputs), outputs: ports(type.outputs) };
}

function listText(types: readonly NodeType[], terminal: Terminal): string {
  const { out } = terminal;
  const s = out.style;
  const name = Math.max(...types.map((t) => t.type.length), 4);
  const blocks = GROUPS.flatMap(([group, title]) => {
    const members = types.filter((t) => t.group === group).sort((a, b) => (a.type < b.type ? -1 : 1));
    if (members.length === 0) return [];
    const rows = members.map((t) => {
      const [first = '', ...rest] = wrap(
        printable(t.description),
        Math.max(40, Math.min(out.columns(), 120) - name - 4),
      );
      const more = rest.map((line) => `\n${' '.repeat(name + 4)}${line}`).join('');
      return `  ${s.cyan(padEnd(t.type, name))}  ${first}${more}`;
    });
    return [`${s.bold(title)}\n${rows.join('\n')}`];
  });
  return `${blocks.join('\n\n')}\n\n${s.dim('rondo nodes NAME shows parameters and examples.')}\n`;
}

function oneText(type: NodeType, terminal: Terminal): string {
  const { out } = terminal;
  const s = out.style;
  const width = Math.min(out.columns(), 120);
  const lines = [`${s.bold(type.type)}  ${printable(type.title)}`, ...wrap(printable(type.description), width), ''];
  const portText = (list: readonly PortSpec[]): string =>
    list.map((p) => p.name + (p.description === undefined ? '' : ` (${printable(p.description)})`)).join(', ') ||
    'none';
  lines.push(
    `${s.dim('inputs: ')} ${portText(ports(type.inputs))}`,
    `${s.dim('outputs:')} ${portText(ports(type.outputs))}`,
    '',
  );
  const rows = parameterRows(type.parameters, 0);
  if (rows.length === 0) lines.push('No parameters.');
  else {
    const columns = [{ title: 'PARAMETER' }, { title: 'TYPE' }, { title: 'DEFAULT' }, { title: 'MEANING' }];
    lines.push(...wrapLast(table(columns, rows, Number.POSITIVE_INFINITY, s), rows, width));
  }
  for (const example of type.examples) lines.push('', ...exampleLines(type.type, example, s));
  return `${lines.join('\n')}\n`;
}

function parameterRows(parameters: Record<string, ParameterSpec>, depth: number): string[][] {
  return Object.entries(parameters).flatMap(([name, p]) => {
    const kind = p.enum === undefined ? p.type : p.enum.join(' | ');
    const fallback = p.required === true ? 'required' : p.default === undefined ? '-' : JSON.stringify(p.default);
    const range = p.min !== undefined || p.max !== undefined ? ` (${p.min ?? ''} to ${p.max ?? ''})` : '';
    const row = ['  '.repeat(depth) + name, kind + range, fallback, p.description];
    return [row, ...(p.fields !== undefined && depth < DEPTH ? parameterRows(p.fields, depth + 1) : [])];
  });
}

/** The last column goes on in the next lines instead of being cut: it is what people came for. */
function wrapLast(lines: readonly string[], rows: readonly (readonly string[])[], width: number): string[] {
  return lines.flatMap((line, i) => {
    const meaning = i === 0 ? '' : printable(rows[i - 1]?.[3] ?? '');
    const start = line.length - meaning.length;
    if (meaning === '' || line.length <= width) return [line];
    const [first = '', ...rest] = wrap(meaning, Math.max(30, width - start));
    return [line.slice(0, start) + first, ...rest.map((text) => ' '.repeat(start) + text)];
  });
}

/** A part of a workflow file that can be copied, with what goes in and comes out. */
function exampleLines(type: string, example: NodeExample, s: Style): string[] {
  const node: Record<string, Json> = { type };
  const { loop, body, around = {} } = example;
  if (Object.keys(around).length > 0) node.after = ['start', ...Object.keys(around)];
  if (loop !== undefined) node.loop = loop;
  if (Object.keys(example.with).length > 0) node.with = example.with;
  if (body !== undefined) node.body = body;
  const yaml = stringify({ [type.replaceAll(/[^\w-]/g, '-')]: node, ...around }, { lineWidth: 0 });
  const lines = [
    s.bold(`example: ${printable(example.title)}`),
    ...printableLines(yaml)
      .trimEnd()
      .split('\n')
      .map((l) => `  ${l}`),
  ];
  if (example.input !== undefined) lines.push(`  ${s.dim('# in:  ')}${printable(JSON.stringify(example.input))}`);
  lines.push(`  ${s.dim('# out: ')}${printable(JSON.stringify(example.output))}`);
  return lines;
}
