/**
 * Owns the addresses of the studio: what a path shows, and the path of a thing. Pure. What a screen remembers beyond
 * its path (filters, held iterations) is in the query; the screens read that themselves.
 */
export type RunView = 'loop' | 'timeline' | 'canvas' | 'output';

export type Place =
  | { name: 'home' }
  | { name: 'workflows' }
  | { name: 'editor'; workflow: string; node: string | null }
  | { name: 'runs'; workflow: string | null }
  | { name: 'run'; run: string; view: RunView; loop: string | null }
  | { name: 'secrets' }
  | { name: 'settings'; tab: string }
  | { name: 'sign-in' }
  | { name: 'set-up' }
  | { name: 'unknown' };

const VIEWS: readonly string[] = ['timeline', 'canvas', 'output'];

/** What a path shows. `pathname` as it is in the address: with its percent signs. */
export function placeOf(pathname: string): Place {
  let parts: string[];
  try {
    parts = pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return { name: 'unknown' };
  }
  const [first, second, third, fourth] = parts;
  const count = parts.length;
  switch (first) {
    case undefined:
      return { name: 'home' };
    case 'workflows':
    case 'secrets':
    case 'sign-in':
      return count === 1 ? { name: first } : { name: 'unknown' };
    case 'setup':
      return count === 1 ? { name: 'set-up' } : { name: 'unknown' };
    case 'runs':
      if (count === 1) return { name: 'runs', workflow: null };
      break;
    case 'settings':
      if (count <= 2) return { name: 'settings', tab: second ?? 'general' };
      break;
    case 'w':
      if (second === undefined) break;
      if (count === 2) return { name: 'editor', workflow: second, node: null };
      if (count === 3 && third === 'runs') return { name: 'runs', workflow: second };
      if (count === 4 && third === 'n' && fourth !== undefined)
        return { name: 'editor', workflow: second, node: fourth };
      break;
    case 'r':
      if (second === undefined) break;
      if (count === 2) return { name: 'run', run: second, view: 'loop', loop: null };
      if (count === 3 && third !== undefined && VIEWS.includes(third)) {
        return { name: 'run', run: second, view: third as RunView, loop: null };
      }
      if (count > 3 && third === 'l') return { name: 'run', run: second, view: 'loop', loop: parts.slice(3).join('/') };
      break;
  }
  return { name: 'unknown' };
}

const part = encodeURIComponent;
/** Step paths stay readable: `site[38]/page[817]/product`. */
const stepPath = (path: string): string =>
  path
    .split('/')
    .map((one) => part(one).replaceAll('%5B', '[').replaceAll('%5D', ']'))
    .join('/');

type Query = Record<string, string | number | null | undefined>;

function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value != null && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

export const addressOfPlace = {
  home: () => '/',
  workflows: () => '/workflows',
  workflow: (id: string, query?: Query) => withQuery(`/w/${part(id)}`, query),
  node: (id: string, node: string, query?: Query) => withQuery(`/w/${part(id)}/n/${part(node)}`, query),
  runs: (workflow?: string | null, query?: Query) =>
    withQuery(workflow == null ? '/runs' : `/w/${part(workflow)}/runs`, query),
  run: (id: string, query?: Query) => withQuery(`/r/${part(id)}`, query),
  runView: (id: string, view: Exclude<RunView, 'loop'>, query?: Query) => withQuery(`/r/${part(id)}/${view}`, query),
  loop: (id: string, path: string, query?: Query) => withQuery(`/r/${part(id)}/l/${stepPath(path)}`, query),
  secrets: () => '/secrets',
  settings: (tab = 'general') => `/settings/${part(tab)}`,
  signIn: (back?: string) => withQuery('/sign-in', { back }),
};
