/**
 * Owns the context of a block as JSON text. Item texts go in as they are: they are JSON already. Does not know what
 * the context means.
 */
import type { ProgramContext, WalkContext, WalkNode, WalkPairs } from '@rondo/core/ports.ts';

const list = (texts: readonly string[]): string => `[${texts.join(',')}]`;

/** Lists of items are the same object for all blocks of a loop. */
const known = new WeakMap<object, string>();

function once<T extends object>(value: T, make: (value: T) => string): string {
  const text = known.get(value) ?? make(value);
  known.set(value, text);
  return text;
}

function membersText(members: readonly (readonly [string, string | undefined])[]): string {
  const present = members.filter(([, text]) => text !== undefined);
  return `{${present.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

const nodesText = (nodes: Record<string, string[][]>): string =>
  membersText(Object.entries(nodes).map(([id, ports]) => [id, list(ports.map(list))]));

function walkText({ nodes, ...rest }: WalkContext): string {
  return membersText([
    ...Object.entries(rest).map(([name, value]) => [name, JSON.stringify(value)] as const),
    ['nodes', membersText(Object.entries(nodes).map(([id, node]) => [id, walkNodeText(node)]))],
  ]);
}

const runsText = (runs: WalkNode['runs']): string =>
  list(runs.map((ports) => (ports === null ? 'null' : list(ports.map(list)))));

function walkNodeText({ runs, paired, ...rest }: WalkNode): string {
  return membersText([
    ...Object.entries(rest).map(([name, value]) => [name, JSON.stringify(value)] as const),
    ['runs', once(runs, runsText)],
    ['paired', paired === undefined ? undefined : pairsText(paired)],
  ]);
}

const pairsText = ({ items, of, first = 0 }: WalkPairs): string =>
  membersText([
    ['items', list(items)],
    ['of', JSON.stringify(of)],
    ['first', JSON.stringify(first)],
  ]);

export function contextText({ nodes, input, walk, ...rest }: ProgramContext): string {
  return membersText([
    ['nodes', nodes === undefined ? undefined : once(nodes, nodesText)],
    // Item texts of what $input sees beyond the unit.
    ['input', Array.isArray(input) ? list(input) : undefined],
    ['walk', walk === undefined || walk === null ? undefined : walkText(walk)],
    ...Object.entries(rest).map(([name, value]) => [name, JSON.stringify(value)] as const),
  ]);
}
