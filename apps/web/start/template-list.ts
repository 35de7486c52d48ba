/**
 * Owns the templates: six everyday loops as native workflows with pinned sample data, so that each runs at once and
 * without a network. Their texts are in templates/. Does not save them.
 */
import batches from './templates/batches-to-a-bulk-api.yaml?raw';
import chapters from './templates/chapters-of-a-book.yaml?raw';
import pages from './templates/every-page-of-an-api.yaml?raw';
import poll from './templates/poll-until-ready.yaml?raw';
import rows from './templates/rows-through-a-model.yaml?raw';
import tree from './templates/walk-a-tree.yaml?raw';

export interface Template {
  name: string;
  /** One line. */
  says: string;
  /** As the loop badge has it. */
  loop: string;
  text: string;
}

export const TEMPLATES: readonly Template[] = [
  {
    name: 'Rows through a model',
    says: 'Each row of a list is put to a language model.',
    loop: '× each row, 4 at a time',
    text: rows,
  },
  { name: 'Every page of an API', says: 'Page after page, until there is none.', loop: '× each page', text: pages },
  {
    name: 'Batches to a bulk API',
    says: 'A long list, fifty rows at a time, five times a second.',
    loop: 'in batches of 50',
    text: batches,
  },
  {
    name: 'Chapters of a book',
    says: 'One after the other, each knows the one before.',
    loop: '× each chapter',
    text: chapters,
  },
  { name: 'Walk a tree', says: 'A workflow that calls itself for each child.', loop: 'n deep', text: tree },
  {
    name: 'Poll until ready',
    says: 'Asks until a job is done, with a pause in between.',
    loop: 'until done, at most 20',
    text: poll,
  },
];

/** Groups that can be put into another workflow; one that calls itself is a workflow of its own. */
export const INSERTABLE: readonly Template[] = TEMPLATES.filter(({ text }) => !/^id:/m.test(text));

export const EMPTY = 'rondo: 1\nname: New workflow\nnodes:\n  start:\n    type: manual\n    title: Start\n';

/** The same with a number, for the second one of its kind: its name, and its id where it calls itself. */
export function numbered(text: string, number: number): string {
  if (number < 2) return text;
  const id = /^id: (\S+)$/m.exec(text)?.[1];
  const named = text.replace(/^name: (.+)$/m, (_, name: string) => `name: ${name} ${number}`);
  return id === undefined ? named : named.replaceAll(id, `${id}-${number}`);
}
