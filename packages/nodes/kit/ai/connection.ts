/**
 * Owns how AI nodes are told which model to use: the parameter `connection`, the settings of an answer, and reading
 * both. Light, because every node.ts of an AI node loads it. Does not call anything.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import { parseDuration } from '@rondo/core/model/duration.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { isObject } from '../paths.ts';
import { wrongParameter } from '../read.ts';

const FIELDS: Record<string, ParameterSpec> = {
  baseUrl: {
    type: 'string',
    description:
      'Base URL of an OpenAI-compatible server, such as https://api.openai.com/v1 or http://127.0.0.1:11434/v1.',
    required: true,
  },
  model: { type: 'string', description: 'Name of the model at that server.', required: true },
  apiKey: { type: 'string', description: 'Name of the secret that holds the API key. Without one, no key is sent.' },
  headers: { type: 'object', description: 'Further headers, by name. No credentials here: they would be in the file.' },
  timeout: { type: 'duration', description: 'Time for one whole answer.', default: '5m' },
  inputPrice: { type: 'number', description: 'Price of a million tokens that are sent.', default: 0, min: 0 },
  outputPrice: { type: 'number', description: 'Price of a million tokens of the answer.', default: 0, min: 0 },
  structured: {
    type: 'string',
    description:
      'How the server is asked for JSON. schema: it takes a JSON Schema · json: it takes "any JSON object" · prompt: neither, the prompt says it. The answer is checked in any case.',
    default: 'schema',
    enum: ['schema', 'json', 'prompt'],
  },
};

/** The parameter that all AI nodes share. */
export const CONNECTION: ParameterSpec = {
  type: 'object',
  description:
    'The model: where it is, what it is called, its key and its prices. May be one expression that gives all.',
  required: true,
  fields: FIELDS,
};

/** The same where a node can do without a model. */
export const OPTIONAL_CONNECTION: ParameterSpec = { ...CONNECTION, required: false };

/** Settings of an answer, as parameters. */
export const SAMPLING: Record<string, ParameterSpec> = {
  temperature: {
    type: 'number',
    description: 'Randomness; 0 is the most predictable. Default: the server decides.',
    min: 0,
    max: 5,
  },
  topP: {
    type: 'number',
    description: 'Only words among the most likely, which together have this share.',
    min: 0,
    max: 1,
  },
  maxTokens: { type: 'integer', description: 'Most tokens of the answer.', min: 1 },
  stop: { type: 'list', description: 'Texts at which the answer ends.' },
  seed: { type: 'integer', description: 'The same seed asks for the same answer, where the server supports it.' },
  options: {
    type: 'object',
    description: 'Further members of the request, sent as they are, such as { reasoning_effort: low }.',
  },
};

/** What calling a model takes of the call of a node; others that call one bring the same. */
export interface ModelCall extends Pick<EffectCall, 'idempotencyKey' | 'signal'> {
  ports: Pick<EffectPorts, 'fetch' | 'secret' | 'limit' | 'clock' | 'usage' | 'log'>;
}

export interface Connection {
  baseUrl: string;
  host: string;
  model: string;
  apiKey: string | null;
  headers: Record<string, string>;
  timeoutMs: number;
  inputPrice: number;
  outputPrice: number;
  structured: 'schema' | 'json' | 'prompt';
}

export interface Sampling {
  temperature?: number;
  topP?: number;
  maxOutputTokens?: number;
  stopSequences?: string[];
  seed?: number;
  options?: Record<string, Json>;
}

const DEFAULT_TIMEOUT = 300_000;

/** The connection in the parameter `name`. Its parts have been checked against the spec. */
export function readConnection(params: Record<string, Json>, name = 'connection'): Connection {
  const raw = params[name];
  if (!isObject(raw)) return wrongParameter(name, 'an object with baseUrl and model', raw);
  const text = (key: string): string => (typeof raw[key] === 'string' ? raw[key].trim() : '');
  const url = /^https?:\/\//i.test(text('baseUrl')) ? URL.parse(text('baseUrl')) : null;
  if (url === null || url.search !== '' || url.hash !== '') {
    return wrongParameter(`${name}.baseUrl`, 'an address such as https://api.openai.com/v1', raw['baseUrl']);
  }
  if (url.username !== '' || url.password !== '') {
    throw new FailureError(
      failure('bad-value', `${name}.baseUrl holds a user name or password, which would be seen in the file.`, {
        retry: 'no',
        fix: `Store the key as a secret and name it in ${name}.apiKey.`,
      }),
    );
  }
  const model = text('model');
  if (model === '') return wrongParameter(`${name}.model`, 'the name of a model', raw['model']);
  const price = (key: string): number => (typeof raw[key] === 'number' ? raw[key] : 0);
  const { timeout, structured } = raw;
  const headers = Object.entries(isObject(raw['headers']) ? raw['headers'] : {}).flatMap(([key, value]) =>
    value === null ? [] : [[key.toLowerCase(), String(value)]],
  );
  return {
    baseUrl: url.href.replace(/\/+$/, ''),
    host: url.hostname,
    model,
    apiKey: text('apiKey') === '' ? null : text('apiKey'),
    headers: Object.fromEntries(headers) as Record<string, string>,
    timeoutMs: (timeout === undefined ? null : parseDuration(timeout)) || DEFAULT_TIMEOUT,
    inputPrice: price('inputPrice'),
    outputPrice: price('outputPrice'),
    structured: structured === 'json' || structured === 'prompt' ? structured : 'schema',
  };
}

export function readSampling(params: Record<string, Json>): Sampling {
  const { temperature, topP, maxTokens, stop, seed, options } = params;
  const list = Array.isArray(stop) ? stop : [];
  if (!list.every((one) => typeof one === 'string')) return wrongParameter('stop', 'a list of texts', stop);
  return {
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(typeof maxTokens === 'number' ? { maxOutputTokens: maxTokens } : {}),
    ...(list.length > 0 ? { stopSequences: list as string[] } : {}),
    ...(typeof seed === 'number' ? { seed } : {}),
    ...(isObject(options) ? { options } : {}),
  };
}
