/**
 * Owns which call tries a secret: the smallest that changes nothing, found in what workflows do with it, or given by
 * whoever asks. Does not send it (try.ts).
 */
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';

export interface Probe {
  /** Without the secret. */
  url: string;
  /** Where the secret goes. */
  as:
    | { kind: 'bearer' | 'bot' }
    | { kind: 'basic'; user: string }
    | { kind: 'header' | 'query'; name: string }
    /** In place of `{secret}` in the address. */
    | { kind: 'path' };
}

type With = Readonly<Record<string, unknown>>;

/** A text without expressions. */
function plain(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && !value.includes('{{') ? value : null;
}

function below(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}${path}`;
}

/** The way of each service to say who one is. */
const SERVICES: Readonly<Record<string, (given: With) => Probe | null>> = {
  slack: (given) =>
    given['operation'] === 'webhook'
      ? null
      : { url: below(plain(given['baseUrl']) ?? 'https://slack.com/api', '/auth.test'), as: { kind: 'bearer' } },
  telegram: (given) => ({
    url: below(plain(given['baseUrl']) ?? 'https://api.telegram.org', '/bot{secret}/getMe'),
    as: { kind: 'path' },
  }),
  discord: (given) =>
    given['operation'] === 'webhook'
      ? null
      : { url: below(plain(given['baseUrl']) ?? 'https://discord.com/api/v10', '/users/@me'), as: { kind: 'bot' } },
};

/** Of a model: the list of models. */
function ofModel(given: With, name: string): Probe | null {
  for (const value of Object.values(given)) {
    if (value === null || typeof value !== 'object' || (value as With)['apiKey'] !== name) continue;
    const base = plain((value as With)['baseUrl']);
    if (base !== null) return { url: below(base, '/models'), as: { kind: 'bearer' } };
  }
  return null;
}

/** Of a request: the same address if it is read by GET and has no expression, else where the server begins. */
function ofRequest(given: With, name: string): Probe | null {
  const auth = given['auth'] as With | undefined;
  const text = typeof given['url'] === 'string' ? given['url'] : '';
  if (auth === null || typeof auth !== 'object' || auth['secret'] !== name) return null;
  const origin = /^(https?:\/\/[^/?#{}]+)(?:[/?#]|$)/.exec(text)?.[1];
  if (origin === undefined || !URL.canParse(origin)) return null;
  const isRead = ['GET', 'HEAD'].includes(String(given['method'] ?? 'GET'));
  const url = isRead && plain(text) !== null ? text : `${origin}/`;
  const field = plain(auth['name']);
  switch (auth['type']) {
    case 'bearer':
      return { url, as: { kind: 'bearer' } };
    case 'basic':
      return { url, as: { kind: 'basic', user: plain(auth['user']) ?? '' } };
    case 'header':
    case 'query':
      return field === null ? null : { url, as: { kind: auth['type'], name: field } };
    default:
      return null;
  }
}

function ofNode({ type, with: given = {} }: NodeDefinition, name: string): Probe | null {
  const values = given as With;
  if (values['secret'] === name) {
    const known = SERVICES[type]?.(values);
    if (known !== undefined) return known;
  }
  return ofModel(values, name) ?? ofRequest(values, name);
}

/** The first use that can be tried. */
export function probeIn(nodes: Definition['nodes'], name: string): Probe | null {
  for (const node of Object.values(nodes)) {
    const found = ofNode(node, name) ?? (node.body === undefined ? null : probeIn(node.body, name));
    if (found !== null) return found;
  }
  return null;
}
