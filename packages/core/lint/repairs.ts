/**
 * Owns what can be repaired by one edit of the definition after an iteration has failed: a closed list of rules by the
 * code of the failure and the type of the node, each only where the edit is certain to be the one that is missing.
 * Pure. Everything else is for a person to decide, in the node.
 */
import type { Failure, TextEdit } from '../errors.ts';
import type { Definition, NodeDefinition, NodeId } from '../model/definition.ts';
import { parseDuration } from '../model/duration.ts';
import { LIMITS, type LimitName } from '../model/limits.ts';

export interface Repair {
  id: 'timeout' | 'limit' | 'retry' | 'parallel' | 'reply-json' | 'reply-repairs' | 'reply-tokens';
  /** The edit in words, as a button says it. */
  says: string;
  edits: TextEdit[];
  /** A running loop can be told so at once, without a new version. */
  dial?: { parallel: number };
}

/** Of a failure, as an API gives it. */
interface Failed extends Pick<Failure, 'code' | 'message'> {
  node?: string | undefined;
  data?: Record<string, unknown> | undefined;
}

interface Found {
  id: NodeId;
  node: NodeDefinition;
  path: (string | number)[];
  /** Nodes of its level. */
  level: Readonly<Record<NodeId, NodeDefinition>>;
}

interface Asked {
  definition: Definition;
  failure: Failed;
  /** The node that failed. */
  at: Found;
  /** The loop whose iteration failed. */
  loop: Found | null;
}

type Rule = (asked: Asked) => Repair | null;

/** `loop`: node of the loop whose iteration failed. Best first. */
export function repairsOf(definition: Definition, loop: NodeId, failure: Failed): Repair[] {
  const at = failure.node === undefined ? null : find(definition, failure.node);
  if (at === null) return [];
  const asked: Asked = { definition, failure, at, loop: find(definition, loop) };
  return RULES.flatMap((rule) => rule(asked) ?? []);
}

/** The definition with the edit made. What lies beside it stays the same object. */
export function repaired(definition: Definition, { edits }: Pick<Repair, 'edits'>): Definition {
  let out: unknown = definition;
  for (const { path, value } of edits) out = put(out, path, value);
  return out as Definition;
}

function put(target: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const from = typeof target === 'object' && target !== null ? (target as Record<string, unknown>) : {};
  const inner = Object.hasOwn(from, key) ? from[String(key)] : undefined;
  return { ...from, [String(key)]: put(inner, rest, value) };
}

function find(definition: Definition, id: NodeId): Found | null {
  const among = (level: Readonly<Record<NodeId, NodeDefinition>>, path: (string | number)[]): Found | null => {
    for (const [key, node] of Object.entries(level)) {
      if (key === id) return { id, node, path: [...path, key], level };
      const inside = node.body === undefined ? null : among(node.body, [...path, key, 'body']);
      if (inside !== null) return inside;
    }
    return null;
  };
  return among(definition.nodes, ['nodes']);
}

const nameOf = ({ id, node }: Found): string => node.title ?? id;

// ---- the rules ----

const TWICE = 2;
const MOST_TIMEOUT_MS = 15 * 60_000;

/** It was too slow once: twice the time. Where nobody set a time, the default of the node's kind counts. */
const timeout: Rule = ({ failure, at, loop }) => {
  if (failure.code !== 'timeout') return null;
  const own = parameterMs(at);
  const places = [
    { found: at, ms: parseDuration(at.node.loop?.timeout), path: ['loop', 'timeout'] },
    ...(own === null ? [] : [{ found: at, ms: own, path: ['with', 'timeout'] }]),
    ...(loop === null ? [] : [{ found: loop, ms: parseDuration(loop.node.loop?.timeout), path: ['loop', 'timeout'] }]),
  ];
  // The message says which time it was that ran out.
  const said = Number(/(?:timeout of|within) (\d+) ms/.exec(failure.message)?.[1] ?? Number.NaN);
  const place = places.find(({ ms }) => ms !== null && ms > 0 && ms === said);
  if (place === undefined || place.ms === null || place.ms * TWICE > MOST_TIMEOUT_MS) return null;
  const to = place.ms * TWICE;
  return {
    id: 'timeout',
    says: `Give ${nameOf(place.found)} ${durationText(to)} instead of ${durationText(place.ms)}`,
    edits: [{ path: [...place.found.path, ...place.path], value: durationText(to) }],
  };
};

const WITH_HTTP_MS: ReadonlySet<string> = new Set(['http-request', 'graphql', 'rss', 'llm', 'embeddings']);

function parameterMs({ node }: Found): number | null {
  const given = node.with?.['timeout'];
  if (given !== undefined) return parseDuration(given);
  return WITH_HTTP_MS.has(node.type) ? LIMITS['http.ms'].default : null;
}

/** A limit that the failure names, where it is not at its highest yet. */
const limit: Rule = ({ definition, failure }) => {
  if (failure.code !== 'limit-reached') return null;
  const name = /\blimit ([a-z]+\.[A-Za-z]+)/.exec(failure.message)?.[1];
  if (name === undefined || !Object.hasOwn(LIMITS, name)) return null;
  const { cap, unit, default: usual } = LIMITS[name as LimitName];
  const now = definition.settings?.limits?.[name] ?? usual;
  const to = Math.min(cap, now * TWICE);
  if (to <= now) return null;
  return {
    id: 'limit',
    says: `Raise the limit ${name} to ${amountText(to, unit)}`,
    edits: [{ path: ['settings', 'limits', name], value: to }],
  };
};

const RETRY = { times: 3, delay: '1s', backoff: 2 };
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The other side may answer later, and nothing happens twice: it refused, or it was only asked. */
const retry: Rule = ({ failure, at }) => {
  const status = statusOf(failure);
  const passes = status === 429 || status === 503 || status === 502 || status === 504 || failure.code === 'http-failed';
  if (!passes || (at.node.loop?.retry?.times ?? 0) > 0 || at.node.executeOnce === true) return null;
  const refused = status === 429;
  const method = at.node.with?.['method'] ?? 'GET';
  const reads = at.node.type === 'http-request' && typeof method === 'string' && READING.has(method.toUpperCase());
  if (!refused && !reads) return null;
  const wait = refused ? 'waiting as long as the server asks' : 'after 1, 2 and 4 s';
  return {
    id: 'retry',
    says: `Try ${nameOf(at)} again up to ${RETRY.times} times, ${wait}`,
    edits: [{ path: [...at.path, 'loop', 'retry'], value: RETRY }],
  };
};

/** Too many at once for the other side. */
const parallel: Rule = ({ failure, loop }) => {
  if (statusOf(failure) !== 429 || loop === null) return null;
  const now = loop.node.loop?.parallel ?? 1;
  if (now < 2) return null;
  const to = Math.max(1, Math.floor(now / TWICE));
  return {
    id: 'parallel',
    says: `Lower parallel of ${nameOf(loop)} from ${now} to ${to}`,
    edits: [{ path: [...loop.path, 'loop', 'parallel'], value: to }],
    dial: { parallel: to },
  };
};

const NOT_JSON = /not valid JSON|is not JSON|Unexpected token .* JSON|Unexpected end of JSON input/i;
const ANY_OBJECT = { type: 'object' };

/** A node cannot read the reply of the model before it, which nobody asked to be JSON. */
const replyJson: Rule = ({ failure, at }) => {
  if (!NOT_JSON.test(failure.message)) return null;
  const model = at.node.type === 'llm' ? at : modelBefore(at);
  if (model === null || model.node.with?.['schema'] !== undefined || model.node.with?.['stream'] === true) return null;
  return {
    id: 'reply-json',
    says: `Set the reply format of ${nameOf(model)} to JSON`,
    edits: [{ path: [...model.path, 'with', 'schema'], value: ANY_OBJECT }],
  };
};

function modelBefore({ node, level, path }: Found): Found | null {
  const { after } = node;
  if (typeof after !== 'string') return null;
  const id = Object.hasOwn(level, after) ? after : after.slice(0, after.lastIndexOf('.'));
  const model = Object.hasOwn(level, id) ? level[id] : undefined;
  return model?.type === 'llm' ? { id, node: model, path: [...path.slice(0, -1), id], level } : null;
}

const MOST_REPAIRS = 3;

/** The reply did not fit its schema after the repairs that it was allowed. */
const replyRepairs: Rule = ({ failure, at }) => {
  if (at.node.type !== 'llm' || failure.data?.['reason'] !== 'schema') return null;
  const now = at.node.with?.['repairs'] ?? 1;
  if (typeof now !== 'number' || now >= MOST_REPAIRS) return null;
  return {
    id: 'reply-repairs',
    says: `Let ${nameOf(at)} correct its reply ${MOST_REPAIRS} times`,
    edits: [{ path: [...at.path, 'with', 'repairs'], value: MOST_REPAIRS }],
  };
};

/** The reply was cut at the tokens that it may have. */
const replyTokens: Rule = ({ failure, at }) => {
  const now = at.node.with?.['maxTokens'];
  if (at.node.type !== 'llm' || failure.data?.['reason'] !== 'length' || typeof now !== 'number') return null;
  return {
    id: 'reply-tokens',
    says: `Let replies of ${nameOf(at)} have ${now * TWICE} tokens instead of ${now}`,
    edits: [{ path: [...at.path, 'with', 'maxTokens'], value: now * TWICE }],
  };
};

const RULES: readonly Rule[] = [replyJson, replyTokens, replyRepairs, timeout, retry, parallel, limit];

function statusOf({ code, data }: Failed): number | null {
  const status = data?.['status'];
  return code === 'http-status' && typeof status === 'number' ? status : null;
}

function durationText(ms: number): string {
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

function amountText(value: number, unit: string): string {
  if (unit === 'ms') return durationText(value);
  if (unit === 'bytes' && value >= 1024 * 1024) return `${Math.round(value / 1024 / 1024)} MB`;
  return unit === 'bytes' ? `${Math.round(value / 1024)} kB` : `${value} ${unit}`;
}
