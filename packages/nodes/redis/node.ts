/** Owns the definition of the Redis node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { serverParameters } from '../kit/sql/server.ts';

const OPERATIONS = [
  'get',
  'set',
  'delete',
  'increment',
  'expire',
  'keys',
  'hashGet',
  'hashSet',
  'hashDelete',
  'listPush',
  'listPop',
  'listRange',
  'setAdd',
  'setRemove',
  'setMembers',
  'sortedSetAdd',
  'sortedSetRange',
  'publish',
  'streamAdd',
  'streamRead',
] as const;

/** Operations that answer page by page, each page beginning where the one before ended. */
const isPaged = (raw: Record<string, unknown>): boolean => {
  const operation = String(raw['operation'] ?? '');
  return operation === 'keys' || operation === 'streamRead' || operation.includes('{{');
};

export const node: NodeType = defineNode({
  type: 'redis',
  title: 'Redis',
  description:
    'Reads and writes Redis or Valkey: values, hashes, lists, sets, sorted sets, streams, messages. A write that was under way when the run was cut may happen again.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: isPaged,
  parameters: {
    operation: {
      type: 'string',
      description:
        'get, set, delete, increment, expire: values · keys: names of keys, in pages · hash, list, set, sortedSet ...: members · publish: a message · streamAdd, streamRead: entries of a stream, read in pages.',
      default: 'get',
      enum: OPERATIONS,
    },
    key: { type: 'any', description: 'Key, or channel of publish. get and delete take a list of keys, too.' },
    value: {
      type: 'any',
      description:
        'set, listPush, setAdd, setRemove, publish: value (listPush, setAdd, setRemove: or a list of them) · hashSet, streamAdd: object of fields · sortedSetAdd: object of members and scores.',
    },
    format: {
      type: 'string',
      description:
        'Values are text (objects are written as JSON) · json: JSON both ways · base64: bytes, as base64 text.',
      default: 'text',
      enum: ['text', 'json', 'base64'],
    },
    ttl: { type: 'duration', description: 'set, expire: how long the key lives. Default of set: for ever.' },
    onlyIf: {
      type: 'string',
      description: 'set: only if the key is absent (not there yet) or present. Answers { stored }.',
      enum: ['absent', 'present'],
    },
    by: { type: 'number', description: 'increment: how much; negative counts down.', default: 1 },
    fields: { type: 'list', description: 'hashGet, hashDelete: names of fields. hashGet: default all.' },
    side: { type: 'string', description: 'listPush, listPop: which end.', default: 'right', enum: ['left', 'right'] },
    count: { type: 'integer', description: 'listPop: most values.', default: 1, min: 1, max: 10_000 },
    start: {
      type: 'integer',
      description: 'listRange, sortedSetRange: first position; negative from the end.',
      default: 0,
    },
    stop: { type: 'integer', description: 'listRange, sortedSetRange: last position, included.', default: -1 },
    minScore: { type: 'number', description: 'sortedSetRange: members by score instead of position, from this one.' },
    maxScore: { type: 'number', description: 'sortedSetRange: by score, up to this one.' },
    reverse: { type: 'boolean', description: 'sortedSetRange: highest first.', default: false },
    pattern: { type: 'string', description: 'keys: names to find, with * and ?.', default: '*' },
    after: { type: 'string', description: 'streamRead: entries after this id.', default: '0' },
    maxLength: { type: 'integer', description: 'streamAdd: the stream keeps about so many entries.', min: 1 },
    answer: {
      type: 'string',
      description:
        'get, set, delete, increment, listPush, publish: what the item holds. facts · item: the item that came · value: the value, at the path that into names.',
      default: 'facts',
      enum: ['facts', 'item', 'value'],
    },
    into: { type: 'string', description: 'answer value: dot path of the field.', default: 'value' },
    pageSize: {
      type: 'integer',
      description: 'keys, streamRead: about how many per page.',
      default: 500,
      min: 1,
      max: 10_000,
    },
    timeout: { type: 'duration', description: 'Longest wait for an answer.', default: '10s' },
    ...serverParameters('redis', 6379, 'Number of the database. Default 0.'),
  },
  examples: [
    {
      title: 'Keep the answer of each item for an hour, if it is not there yet',
      input: [{ id: 7, answer: 'yes' }],
      with: {
        url: 'redis://cache.example.com',
        secret: 'CACHE',
        operation: 'set',
        key: 'answer:{{ $json.id }}',
        value: '{{ $json.answer }}',
        ttl: '1h',
        onlyIf: 'absent',
        format: 'text',
        timeout: '2s',
      },
      output: [{ key: 'answer:7', stored: true }],
    },
    {
      title: 'All keys of one kind',
      with: { url: 'redis://cache.example.com', operation: 'keys', pattern: 'answer:*', pageSize: 1000 },
      output: [{ key: 'answer:7' }, { key: 'answer:8' }],
    },
    {
      title: 'The ten best of a sorted set',
      with: {
        host: 'cache.example.com',
        port: 6379,
        user: 'default',
        database: '0',
        tls: { mode: 'verify' },
        connectTimeout: '5s',
        operation: 'sortedSetRange',
        key: 'points',
        start: 0,
        stop: 9,
        reverse: true,
      },
      output: [
        { member: 'Ada', score: 12 },
        { member: 'Bo', score: 9.5 },
      ],
    },
    {
      title: 'Work from a list',
      with: { url: 'redis://cache.example.com', operation: 'listPop', key: 'work', side: 'left', count: 2 },
      output: [
        { key: 'work', value: 'a' },
        { key: 'work', value: 'b' },
      ],
    },
    {
      title: 'Entries of a stream that came after the last one seen',
      with: { url: 'redis://cache.example.com', operation: 'streamRead', key: 'events', after: '0', maxLength: 1000 },
      output: [{ id: '1700000000000-0', fields: { kind: 'order' } }],
    },
    {
      title: 'Some fields of a hash',
      with: {
        url: 'redis://cache.example.com',
        operation: 'hashGet',
        key: 'user:7',
        fields: ['name'],
        by: 1,
        minScore: 0,
        maxScore: 1,
      },
      output: [{ key: 'user:7', value: { name: 'Ada' } }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
