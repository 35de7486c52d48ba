/**
 * Owns what the operations are in commands of Redis, and what their replies are as items. Sends nothing.
 */
import type { Item, Json } from '@rondo/core/model/item.ts';
import { parseDuration } from '@rondo/core/model/duration.ts';
import { put, type JsonObject } from '../kit/paths.ts';
import { readChoice, readInteger, readText, readTextList, wrongParameter } from '../kit/read.ts';
import { readBytes, writeBytes, writeFields, type Format } from './values.ts';

export type Reply = Buffer | number | null | Reply[];
type Params = Record<string, Json>;
type Argument = string | number | Buffer;

export interface Command {
  words: [string, ...Argument[]];
  items: (reply: Reply) => Item[];
  /** Paged operations: where the next page begins; null at the end. */
  next?: (reply: Reply) => Json | null;
}

const LONGEST = Number.MAX_SAFE_INTEGER;

const one = (json: Json): Item[] => [{ json }];
const list = (reply: Reply | undefined): Reply[] => (Array.isArray(reply) ? reply : []);
const textOf = (reply: Reply | undefined): string => (Buffer.isBuffer(reply) ? reply.toString('utf8') : String(reply));

function keyOf(params: Params): string {
  const key = params['key'];
  return typeof key === 'string' && key !== '' ? key : wrongParameter('key', 'the name of a key', key);
}

function keysOf(params: Params): string[] {
  const { key } = params;
  if (!Array.isArray(key)) return [keyOf(params)];
  if (key.length === 0 || !key.every((name) => typeof name === 'string' && name !== '')) {
    return wrongParameter('key', 'a list of names', key);
  }
  return key as string[];
}

function valuesOf(params: Params, format: Format): (string | Buffer)[] {
  const value = params['value'];
  if (!Array.isArray(value)) return [writeBytes(value, format, 'value')];
  if (value.length === 0) return wrongParameter('value', 'a value, or a list of values that is not empty', value);
  return value.map((single, i) => writeBytes(single, format, `value[${i}]`));
}

function lifetime(params: Params): number {
  const ms = parseDuration(params['ttl']);
  return ms === null || ms < 1 ? wrongParameter('ttl', 'a duration of at least 1ms', params['ttl']) : ms;
}

const cell = (reply: Reply | undefined, format: Format, key: string): Json =>
  Buffer.isBuffer(reply) ? readBytes(reply, format, key) : ((reply ?? null) as Json);

/** Fields and values that come one after the other. */
function fieldsOf(reply: Reply | undefined, format: Format, key: string): JsonObject {
  const out: JsonObject = {};
  const flat = list(reply);
  for (let i = 0; i + 1 < flat.length; i += 2) put(out, textOf(flat[i]), cell(flat[i + 1], format, key));
  return out;
}

function values(params: Params, format: Format): Command | null {
  const { operation } = params;
  if (operation === 'get') {
    const keys = keysOf(params);
    const items = (reply: Reply): Item[] =>
      list(reply).map((value, i) => ({ json: { key: keys[i] ?? '', value: cell(value, format, keys[i] ?? '') } }));
    return { words: ['MGET', ...keys], items };
  }
  if (operation === 'set') {
    const key = keyOf(params);
    const words: Command['words'] = ['SET', key, writeBytes(params['value'], format, 'value')];
    if (params['ttl'] !== undefined && params['ttl'] !== null) words.push('PX', lifetime(params));
    const onlyIf = params['onlyIf'] ?? null;
    if (onlyIf !== null) words.push(onlyIf === 'absent' ? 'NX' : 'XX');
    return { words, items: (reply) => one({ key, stored: reply !== null }) };
  }
  if (operation === 'delete') {
    return { words: ['DEL', ...keysOf(params)], items: (reply) => one({ deleted: Number(reply) }) };
  }
  if (operation === 'increment') {
    const key = keyOf(params);
    const by = typeof params['by'] === 'number' ? params['by'] : 1;
    const command = Number.isSafeInteger(by) ? 'INCRBY' : 'INCRBYFLOAT';
    return { words: [command, key, by], items: (reply) => one({ key, value: Number(textOf(reply)) }) };
  }
  if (operation === 'expire') {
    const key = keyOf(params);
    return { words: ['PEXPIRE', key, lifetime(params)], items: (reply) => one({ key, found: reply === 1 }) };
  }
  if (operation === 'publish') {
    const words: Command['words'] = ['PUBLISH', keyOf(params), writeBytes(params['value'], format, 'value')];
    return { words, items: (reply) => one({ receivers: Number(reply) }) };
  }
  return null;
}

function hashes(params: Params, format: Format): Command | null {
  const { operation } = params;
  if (operation === 'hashSet') {
    const key = keyOf(params);
    return {
      words: ['HSET', key, ...writeFields(params['value'], format)],
      items: (reply) => one({ key, added: Number(reply) }),
    };
  }
  if (operation !== 'hashGet' && operation !== 'hashDelete') return null;
  const key = keyOf(params);
  const fields = readTextList(params, 'fields', []);
  if (operation === 'hashDelete') {
    if (fields.length === 0) wrongParameter('fields', 'a list of names', params['fields']);
    return { words: ['HDEL', key, ...fields], items: (reply) => one({ key, deleted: Number(reply) }) };
  }
  if (fields.length === 0) {
    return { words: ['HGETALL', key], items: (reply) => one({ key, value: fieldsOf(reply, format, key) }) };
  }
  const items = (reply: Reply): Item[] => {
    const value: JsonObject = {};
    for (const [i, field] of fields.entries()) put(value, field, cell(list(reply)[i], format, key));
    return one({ key, value });
  };
  return { words: ['HMGET', key, ...fields], items };
}

function members(params: Params, format: Format): Command | null {
  const { operation } = params;
  const each =
    (key: string) =>
    (reply: Reply): Item[] =>
      list(reply).map((value) => ({ json: { key, value: cell(value, format, key) } }));
  if (operation === 'listPush') {
    const key = keyOf(params);
    const word = readChoice(params, 'side', ['left', 'right'], 'right') === 'left' ? 'LPUSH' : 'RPUSH';
    return { words: [word, key, ...valuesOf(params, format)], items: (reply) => one({ key, length: Number(reply) }) };
  }
  if (operation === 'listPop') {
    const key = keyOf(params);
    const word = readChoice(params, 'side', ['left', 'right'], 'right') === 'left' ? 'LPOP' : 'RPOP';
    return { words: [word, key, readInteger(params, 'count', 1, 10_000, 1)], items: each(key) };
  }
  if (operation === 'listRange') {
    const key = keyOf(params);
    return { words: ['LRANGE', key, ...rangeOf(params)], items: each(key) };
  }
  if (operation === 'setAdd' || operation === 'setRemove') {
    const key = keyOf(params);
    const add = operation === 'setAdd';
    const items = (reply: Reply): Item[] => one(add ? { key, added: Number(reply) } : { key, removed: Number(reply) });
    return { words: [add ? 'SADD' : 'SREM', key, ...valuesOf(params, format)], items };
  }
  if (operation === 'setMembers') {
    const key = keyOf(params);
    return { words: ['SMEMBERS', key], items: each(key) };
  }
  return null;
}

const rangeOf = (params: Params): [number, number] => [
  readInteger(params, 'start', -LONGEST, LONGEST, 0),
  readInteger(params, 'stop', -LONGEST, LONGEST, -1),
];

function sortedSets(params: Params, format: Format): Command | null {
  if (params['operation'] === 'sortedSetAdd') {
    const key = keyOf(params);
    const pairs = writeFields(params['value'], 'text');
    const scores: Argument[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      const [member = '', score] = [pairs[i], pairs[i + 1]];
      if (!Number.isFinite(Number(score)))
        wrongParameter(`value.${String(member)}`, 'a score (a number)', String(score));
      scores.push(String(score), writeBytes(String(member), format === 'json' ? 'text' : format, 'value'));
    }
    return { words: ['ZADD', key, ...scores], items: (reply) => one({ key, added: Number(reply) }) };
  }
  if (params['operation'] !== 'sortedSetRange') return null;
  const key = keyOf(params);
  const reverse = params['reverse'] === true;
  const { minScore, maxScore } = params;
  const byScore = typeof minScore === 'number' || typeof maxScore === 'number';
  const [low, high] = [String(minScore ?? '-inf'), String(maxScore ?? '+inf')];
  const words: Command['words'] = byScore
    ? reverse
      ? ['ZREVRANGEBYSCORE', key, high, low, 'WITHSCORES']
      : ['ZRANGEBYSCORE', key, low, high, 'WITHSCORES']
    : [reverse ? 'ZREVRANGE' : 'ZRANGE', key, ...rangeOf(params), 'WITHSCORES'];
  const items = (reply: Reply): Item[] => {
    const flat = list(reply);
    return Array.from({ length: Math.floor(flat.length / 2) }, (_, i) => {
      const score = Number(textOf(flat[2 * i + 1]));
      return {
        json: { member: cell(flat[2 * i], format, key), score: Number.isFinite(score) ? score : String(score) },
      };
    });
  };
  return { words, items };
}

function pages(params: Params, format: Format, carry: Json | undefined): Command | null {
  const { operation } = params;
  const count = readInteger(params, 'pageSize', 1, 10_000, 500);
  if (operation === 'keys') {
    // The cursor is the server's own and holds nothing open: it is good after a crash, too.
    const cursor = typeof carry === 'string' ? carry : '0';
    return {
      words: ['SCAN', cursor, 'MATCH', readText(params, 'pattern', '*'), 'COUNT', count],
      items: (reply) =>
        list(list(reply)[1]).map((key) => ({
          json: { key: readBytes(key as Buffer, format === 'base64' ? 'base64' : 'text', 'a key') },
        })),
      next: (reply) => {
        const following = textOf(list(reply)[0]);
        return following === '0' ? null : following;
      },
    };
  }
  const key = typeof params['key'] === 'string' ? params['key'] : '';
  if (operation === 'streamRead') {
    const after = typeof carry === 'string' ? carry : readText(params, 'after', '0');
    const entries = (reply: Reply): Reply[] => list(list(list(reply)[0])[1]);
    return {
      words: ['XREAD', 'COUNT', count, 'STREAMS', keyOf(params), after],
      items: (reply) =>
        entries(reply).map((entry) => ({
          json: { id: textOf(list(entry)[0]), fields: fieldsOf(list(entry)[1], format, key) },
        })),
      next: (reply) => {
        const found = entries(reply);
        return found.length < count ? null : textOf(list(found.at(-1))[0]);
      },
    };
  }
  if (operation !== 'streamAdd') return null;
  const most = params['maxLength'];
  const trim: Argument[] = typeof most === 'number' ? ['MAXLEN', '~', most] : [];
  const words: Command['words'] = ['XADD', keyOf(params), ...trim, '*', ...writeFields(params['value'], format)];
  return { words, items: (reply) => one({ key, id: textOf(reply) }) };
}

export function commandOf(params: Params, carry: Json | undefined): Command {
  const format = readChoice(params, 'format', ['text', 'json', 'base64'], 'text');
  return (
    values(params, format) ??
    hashes(params, format) ??
    members(params, format) ??
    sortedSets(params, format) ??
    pages(params, format, carry) ??
    wrongParameter('operation', 'an operation of this node', params['operation'])
  );
}

/** Bytes of a reply, all of its parts together. */
export function replyBytes(reply: Reply): number {
  if (Buffer.isBuffer(reply)) return reply.byteLength;
  return Array.isArray(reply) ? reply.reduce<number>((sum, part) => sum + replyBytes(part), 0) : 8;
}
