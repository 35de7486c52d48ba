/**
 * Owns docs/NODES.md: prints it from the node types themselves. Holds no description itself.
 */
import { stringify } from 'yaml';
import type { NodeExample, NodeType, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { registry } from '@rondo/nodes/registry.ts';
import { type Printed, write } from './printed.ts';

const GROUPS: readonly (readonly [NodeType['group'], string])[] = [
  ['trigger', 'Triggers'],
  ['flow', 'Flow'],
  ['loop', 'Loops'],
  ['data', 'Data'],
  ['integration', 'Integrations'],
];

/** In a cell of a table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function parameterRow([name, spec]: [string, ParameterSpec]): string {
  const values = spec.enum === undefined ? '' : ` One of ${spec.enum.map((value) => `\`${value}\``).join(', ')}.`;
  const inside = spec.fields === undefined ? '' : ` Fields: ${Object.keys(spec.fields).join(', ')}.`;
  const preset = spec.default === undefined ? (spec.required ? 'required' : '') : `\`${JSON.stringify(spec.default)}\``;
  return `| \`${name}\` | ${spec.type} | ${cell(preset)} | ${cell(spec.description + values + inside)} |`;
}

function portsOf(ports: NodeType['outputs']): string {
  return typeof ports === 'function' ? 'as its parameters say' : ports.map((port) => port.name).join(', ') || 'none';
}

function section(node: NodeType): string {
  const parameters = Object.entries(node.parameters);
  const lines = [`### ${node.type}`, '', node.description, ''];
  const ports = `Inputs: ${portsOf(node.inputs)}. Outputs: ${portsOf(node.outputs)}.`;
  if (node.work !== 'container') lines.push(ports, '');
  if (parameters.length > 0)
    lines.push('| parameter | type | default | |', '|---|---|---|---|', ...parameters.map(parameterRow), '');
  for (const example of node.examples.slice(0, 2)) {
    const text = stringify(shown(node.type, example), { lineWidth: 100 }).trimEnd();
    lines.push(`${example.title}:`, '', '```yaml', text, '```', '');
  }
  return lines.join('\n');
}

/** As it is written in a workflow. */
function shown(type: string, { with: given, loop, body, around }: NodeExample): object {
  const node = {
    type,
    ...(around === undefined ? {} : { after: ['start', ...Object.keys(around)] }),
    ...(loop === undefined ? {} : { loop }),
    ...(Object.keys(given).length === 0 ? {} : { with: given }),
    ...(body === undefined ? {} : { body }),
  };
  return around === undefined ? node : { [type]: node, ...around };
}

export function nodes(): Printed {
  const all = registry.list();
  const parts = GROUPS.map(([group, title]) => {
    const members = all.filter((node) => node.group === group).toSorted((a, b) => (a.type < b.type ? -1 : 1));
    return `## ${title}\n\n${members.map(section).join('\n')}`;
  });
  const index = GROUPS.map(([group, title]) => {
    const names = all.filter((node) => node.group === group).map((node) => node.type);
    return `- ${title}: ${names
      .toSorted()
      .map((name) => `[${name}](#${name})`)
      .join(', ')}`;
  });
  const text = `# Nodes

Printed from the nodes by \`scripts/nodes.ts\`; a test checks that it is up to date. \`rondo nodes NAME\` shows the same
in the terminal. How loops, retries and rates are set is the same for all of them: [FORMAT.md](FORMAT.md).

${index.join('\n')}

${parts.join('\n')}`;
  return { file: 'docs/NODES.md', text: `${text.trimEnd()}\n` };
}

if (import.meta.main) write(nodes());
