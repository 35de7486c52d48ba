/** Owns what the add menu offers: repeats first, then node types by group, and how well they fit what was typed. Pure. */
import type { NodeTypeView } from '@rondo/api/schemas/node.ts';
import type { NodeDefinition } from '@rondo/core/model/definition.ts';

export interface Entry {
  key: string;
  group: string;
  title: string;
  says: string;
  /** For its sign. */
  type: string;
  /** Wanted id. */
  id: string;
  node: NodeDefinition;
  /** A ready group: the text of a workflow whose nodes are put in instead. */
  ready?: string;
}

const REPEAT: readonly Entry[] = [
  {
    key: 'repeat each',
    group: 'Repeat',
    title: 'For Each',
    says: 'What is inside runs once for every item, several at once if you like.',
    type: 'for-each',
    id: 'each',
    node: { type: 'for-each', body: {} },
  },
  {
    key: 'repeat batches',
    group: 'Repeat',
    title: 'Batches',
    says: 'The same for 50 items at a time, such as for a bulk API.',
    type: 'for-each',
    id: 'batches',
    node: { type: 'for-each', loop: { size: 50 }, body: {} },
  },
  {
    key: 'repeat until',
    group: 'Repeat',
    title: 'Until',
    says: 'Again and again until a condition holds, with an end: poll, retry, refine.',
    type: 'loop',
    id: 'until',
    node: { type: 'loop', loop: { until: '{{ $json.done === true }}', limit: 20, collect: 'last' }, body: {} },
  },
  {
    key: 'repeat pages',
    group: 'Repeat',
    title: 'Pages',
    says: 'Every page of an API, until there is no more.',
    type: 'http-request',
    id: 'pages',
    node: {
      type: 'http-request',
      with: { url: '', pagination: { mode: 'page' } },
    },
  },
  {
    key: 'repeat call',
    group: 'Repeat',
    title: 'Call a workflow for each',
    says: 'Another workflow, once for every item.',
    type: 'sub-workflow',
    id: 'call',
    node: { type: 'sub-workflow', with: { workflow: '', mode: 'each' } },
  },
];

const GROUPS: readonly (readonly [NodeTypeView['group'], string])[] = [
  ['trigger', 'Start'],
  ['flow', 'Decide'],
  ['data', 'Data'],
  ['integration', 'Ask and send'],
  ['loop', 'Loops'],
];

export function entriesOf(
  views: Iterable<NodeTypeView>,
  workflows: readonly { id: string; name: string }[],
  groups: readonly { name: string; says: string; text: string }[] = [],
): Entry[] {
  const types = [...views].map(
    ({ type, title, description, group, work }): Entry => ({
      key: `type ${type}`,
      group: GROUPS.find(([name]) => name === group)?.[1] ?? 'Other',
      title,
      says: firstSentence(description),
      type,
      id: type,
      node:
        work === 'container' && type !== 'sub-workflow' && type !== 'loop-over-items' ? { type, body: {} } : { type },
    }),
  );
  const order = GROUPS.map(([, name]) => name);
  types.sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group) || a.title.localeCompare(b.title));
  const calls = workflows.map(
    ({ id, name }): Entry => ({
      key: `workflow ${id}`,
      group: 'Workflows',
      title: name,
      says: 'Calls this workflow.',
      type: 'sub-workflow',
      id: name.slice(0, 60),
      node: { type: 'sub-workflow', with: { workflow: id } },
    }),
  );
  const ready = groups.map(
    ({ name, says, text }): Entry => ({
      key: `ready ${name}`,
      group: 'Ready groups',
      title: name,
      says,
      type: 'for-each',
      id: '',
      node: { type: 'no-op' },
      ready: text,
    }),
  );
  return [...REPEAT, ...ready, ...types, ...calls];
}

const firstSentence = (text: string): string => /^[^.]*\./.exec(text)?.[0] ?? text;

/** Those that fit, best first; without a search in their groups. */
export function found(entries: readonly Entry[], search: string): Entry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...entries];
  const scored = entries.flatMap((entry) => {
    const title = `${entry.title} ${entry.type}`.toLowerCase();
    const says = entry.says.toLowerCase();
    let score = 0;
    for (const word of words) {
      if (title.startsWith(word)) score += 8;
      else if (title.includes(` ${word}`) || title.includes(`-${word}`)) score += 5;
      else if (title.includes(word)) score += 3;
      else if (says.includes(word)) score += 1;
      else return [];
    }
    return [{ entry, score: entry.group === 'Repeat' ? score + 0.5 : score }];
  });
  return scored.sort((a, b) => b.score - a.score).map(({ entry }) => entry);
}
