/** Owns what can be found without asking the server, and the order of what was found. Pure. */
import type { RunSummary } from '@rondo/api/schemas/run.ts';
import { addressOfPlace } from './addresses.ts';

export interface Found {
  kind: 'workflow' | 'run' | 'node' | 'setting' | 'place' | 'secret';
  title: string;
  note: string;
  href: string;
  run?: RunSummary;
}

const setting = (title: string, note: string, tab: string): Found => ({
  kind: 'setting',
  title,
  note,
  href: addressOfPlace.settings(tab),
});

export const PLACES: readonly Found[] = [
  { kind: 'place', title: 'Home', note: 'G H', href: addressOfPlace.home() },
  { kind: 'place', title: 'Workflows', note: 'G W', href: addressOfPlace.workflows() },
  { kind: 'place', title: 'Runs', note: 'G R', href: addressOfPlace.runs() },
  { kind: 'place', title: 'Secrets', note: 'G S, keys and passwords', href: addressOfPlace.secrets() },
  setting('Theme', 'light, dark, as the system', 'general'),
  setting('Single-letter keys', 'keyboard', 'general'),
  setting('Sessions', 'where you are signed in', 'general'),
  setting('Models', 'base URL of a model', 'models'),
  setting('Retention', 'how long runs are kept', 'retention'),
  setting('Limits', 'parallel and rate for each host', 'limits'),
  setting('Tokens', 'API, programs', 'tokens'),
  setting('People', 'roles, passwords, audit', 'people'),
  setting('Database', 'where runs are kept', 'database'),
  setting('About', 'licence, OpenAPI', 'about'),
];

/** What begins with the query first, then a word that does, then what holds it; in the title before the note. */
export function rank<F extends Pick<Found, 'title' | 'note'>>(found: readonly F[], query: string): F[] {
  const wanted = query.toLowerCase();
  if (wanted === '') return [...found];
  const score = ({ title, note }: F): number => {
    const text = title.toLowerCase();
    if (text.startsWith(wanted)) return 0;
    if (text.split(/[\s_-]+/).some((word) => word.startsWith(wanted))) return 1;
    if (text.includes(wanted)) return 2;
    return note.toLowerCase().includes(wanted) ? 3 : 4;
  };
  return found
    .map((one) => ({ one, score: score(one) }))
    .filter(({ score }) => score < 4)
    .sort((a, b) => a.score - b.score)
    .map(({ one }) => one);
}

/** Nodes of a definition, those in containers, too. */
export function nodesOf(workflow: string, definition: Record<string, unknown> | null): Found[] {
  const found: Found[] = [];
  const walk = (nodes: unknown, inside: string): void => {
    if (nodes === null || typeof nodes !== 'object') return;
    for (const [id, node] of Object.entries(nodes as Record<string, unknown>)) {
      if (node === null || typeof node !== 'object') continue;
      const { title, type, body } = node as { title?: unknown; type?: unknown; body?: unknown };
      const name = typeof title === 'string' && title !== '' ? title : id;
      const note = `${typeof type === 'string' ? type : ''}${inside === '' ? '' : ` in ${inside}`}`;
      found.push({ kind: 'node', title: name, note, href: addressOfPlace.node(workflow, id) });
      walk(body, name);
    }
  };
  walk(definition?.['nodes'], '');
  return found;
}
