/**
 * Owns one call of a language model: request, streaming, counting, and failures with names. One call, no retry: the
 * engine repeats. Loads the AI SDK when it is first used. Does not check JSON answers; structured.ts does.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Usage } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { JSONSchema7, LanguageModelUsage, ModelMessage, ToolSet } from 'ai';
import type { JsonObject } from '../paths.ts';
import type { Connection, ModelCall, Sampling } from './connection.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { parsed } from './json-schema.ts';
import { contentFiltered, modelFailure, placeOf, redactor, type Redact } from './model-failure.ts';

export type Message = ModelMessage;

export interface ToolOffer {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  schema: JsonObject;
}

export interface Ask {
  connection: Connection;
  messages: readonly Message[];
  sampling?: Sampling;
  /** Ask the server for JSON of this schema, as far as the connection says it can. */
  schema?: JsonObject;
  tools?: readonly ToolOffer[];
  /** Name of the tool that the model should call. It may answer without; servers do not all force it. */
  mustCall?: string;
  /** Takes the text as it comes; the answer is streamed then. */
  onText?: (text: string) => void;
  /** Tells the requests of one iteration apart for the idempotency key. */
  turn?: number;
}

export interface ToolUse {
  id: string;
  name: string;
  arguments: Json;
  /** Why the call cannot be made; null when it can. */
  problem: string | null;
}

export interface Said {
  text: string;
  reasoning: string;
  finishReason: string;
  toolUses: ToolUse[];
  used: Usage;
}

const PROVIDER = 'rondo';
const MILLION = 1_000_000;

interface Opened {
  provider: ReturnType<typeof import('@ai-sdk/openai-compatible').createOpenAICompatible>;
  sdk: typeof import('ai');
  redact: Redact;
}

interface OpenOptions {
  stream: boolean;
  turn: number;
  mustCall?: string | undefined;
}

async function open(call: ModelCall, connection: Connection, options: OpenOptions): Promise<Opened> {
  const { stream, turn, mustCall } = options;
  // The key is asked for before the SDK is loaded: a missing secret costs nothing.
  const key = connection.apiKey === null ? null : call.ports.secret(connection.apiKey, connection.host);
  const [sdk, { createOpenAICompatible }] = await Promise.all([import('ai'), import('@ai-sdk/openai-compatible')]);
  // The SDK would write its warnings to the console.
  globalThis.AI_SDK_LOG_WARNINGS = false;
  const provider = createOpenAICompatible({
    name: PROVIDER,
    baseURL: connection.baseUrl,
    ...(key === null ? {} : { apiKey: key }),
    headers: {
      'idempotency-key': turn === 0 ? call.idempotencyKey : `${call.idempotencyKey}-${turn}`,
      ...connection.headers,
    },
    fetch: guardedFetch(call, { timeoutMs: connection.timeoutMs, stream }),
    includeUsage: true,
    supportsStructuredOutputs: connection.structured === 'schema',
    // Written here, because the SDK throws an answer away that does not call the tool it should.
    ...(mustCall === undefined
      ? {}
      : {
          transformRequestBody: (body) => ({
            ...body,
            tool_choice: { type: 'function', function: { name: mustCall } },
          }),
        }),
  });
  return { provider, sdk, redact: redactor(key) };
}

/** Adds to what the iteration cost, and answers it. */
function account(call: ModelCall, connection: Connection, tokensIn: number, tokensOut: number): Usage {
  const cost = (tokensIn * connection.inputPrice + tokensOut * connection.outputPrice) / MILLION;
  const used = { tokensIn, tokensOut, cost };
  call.ports.usage(used);
  return used;
}

function counted(call: ModelCall, connection: Connection, usage: LanguageModelUsage): Usage {
  if (usage.inputTokens === undefined && usage.outputTokens === undefined) {
    call.ports.log(`${placeOf(connection)} does not say how many tokens it used; they are counted as 0`);
  }
  return account(call, connection, usage.inputTokens ?? 0, usage.outputTokens ?? 0);
}

/** Whether the strict mode of structured outputs takes the schema: all members required, no others allowed. */
function isStrict(schema: Json | undefined): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (typeof schema !== 'object' || schema === null) return true;
  const { properties, required } = schema;
  if (typeof properties === 'object' && properties !== null) {
    const names = Array.isArray(required) ? required : [];
    if (schema['additionalProperties'] !== false || !Object.keys(properties).every((key) => names.includes(key)))
      return false;
  }
  return Object.values(schema).every(isStrict);
}

function toolSet(sdk: Opened['sdk'], tools: readonly ToolOffer[]): ToolSet {
  return Object.fromEntries(
    tools.map(({ name, description, schema }) => [
      name,
      sdk.tool({ description, inputSchema: sdk.jsonSchema(schema) }),
    ]),
  );
}

/** Asks for JSON of the schema, and hands the text on as it is: checking and repairing it is ours. */
function asJson(sdk: Opened['sdk'], schema: JsonObject) {
  return {
    ...sdk.Output.text(),
    responseFormat: Promise.resolve({ type: 'json' as const, schema: schema as JSONSchema7, name: 'answer' }),
  };
}

/** Options that a whole and a streamed answer share. */
function request(call: ModelCall, ask: Ask, { provider, sdk }: Opened) {
  const { connection, tools = [], schema } = ask;
  const { options, ...sampling } = ask.sampling ?? {};
  const model = sdk.wrapLanguageModel({
    model: provider.chatModel(connection.model),
    // Models that think aloud in their text: <think> ... </think>.
    middleware: sdk.extractReasoningMiddleware({ tagName: 'think' }),
  });
  return {
    model,
    messages: [...ask.messages],
    allowSystemInMessages: true,
    maxRetries: 0,
    abortSignal: call.signal,
    ...sampling,
    // Addresses of images go to the server as they are: nothing is fetched beside the guard.
    experimental_download: async (wanted: readonly unknown[]) => wanted.map(() => null),
    providerOptions: { [PROVIDER]: { ...options, strictJsonSchema: isStrict(schema) } },
    ...(schema === undefined || connection.structured === 'prompt' ? {} : { output: asJson(sdk, schema) }),
    ...(tools.length === 0 ? {} : { tools: toolSet(sdk, tools) }),
  };
}

/** What the model wants to call. The SDK's own verdict is not used: it refuses keys such as __proto__. */
function toolUse(ask: Ask, use: { toolCallId: string; toolName: string; input: unknown }): ToolUse {
  const { toolCallId: id, toolName: name, input } = use;
  const found = typeof input === 'string' ? parsed(input) : { value: (input ?? null) as Json };
  const known = ask.tools?.some((tool) => tool.name === name) === true;
  const problem = known ? (found === null ? 'the arguments are not valid JSON' : null) : `there is no tool ${name}`;
  return { id, name, arguments: found === null ? String(input) : found.value, problem };
}

type Parts = Omit<Said, 'used'> & { usage: LanguageModelUsage };

async function whole(call: ModelCall, ask: Ask, opened: Opened): Promise<Parts> {
  const result = await opened.sdk.generateText(request(call, ask, opened));
  const { text, finishReason, usage } = result;
  return {
    text,
    reasoning: result.reasoningText ?? '',
    finishReason,
    toolUses: result.toolCalls.map((use) => toolUse(ask, use)),
    usage,
  };
}

async function inParts(call: ModelCall, ask: Ask, opened: Opened): Promise<Parts> {
  const said = { text: '', reasoning: '', finishReason: 'unknown', toolUses: [] as ToolUse[] };
  let usage: LanguageModelUsage | null = null;
  // Errors come as parts of the stream; without onError the SDK would print them.
  const result = opened.sdk.streamText({ ...request(call, ask, opened), onError: () => {} });
  for await (const part of result.stream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'abort') throw call.signal.reason ?? new Error('aborted');
    if (part.type === 'text-delta') {
      said.text += part.text;
      ask.onText?.(part.text);
    } else if (part.type === 'reasoning-delta') said.reasoning += part.text;
    else if (part.type === 'tool-call') said.toolUses.push(toolUse(ask, part));
    else if (part.type === 'finish') {
      said.finishReason = part.finishReason;
      usage = part.totalUsage;
    }
  }
  if (usage === null) throw new Error('The stream ended without a finish reason.');
  return { ...said, usage };
}

export async function askModel(call: ModelCall, ask: Ask): Promise<Said> {
  const { connection } = ask;
  const opened = await open(call, connection, {
    stream: ask.onText !== undefined,
    turn: ask.turn ?? 0,
    mustCall: ask.mustCall,
  });
  let parts: Parts;
  try {
    parts = await (ask.onText === undefined ? whole(call, ask, opened) : inParts(call, ask, opened));
  } catch (error) {
    throw modelFailure(call, connection, error, opened.redact);
  }
  const { usage, ...said } = parts;
  const used = counted(call, connection, usage);
  if (said.finishReason === 'content-filter') throw contentFiltered(placeOf(connection));
  if (said.finishReason === 'error') {
    throw new FailureError(
      failure('http-failed', `${placeOf(connection)}: the answer ended with an error.`, { retry: 'yes' }),
    );
  }
  return { ...said, used };
}

/** Vectors of the texts, in order, with one request. */
export async function embedTexts(
  call: ModelCall,
  connection: Connection,
  texts: readonly string[],
  options: { dimensions?: number; turn?: number } = {},
): Promise<{ vectors: number[][]; used: Usage }> {
  const { provider, sdk, redact } = await open(call, connection, { stream: false, turn: options.turn ?? 0 });
  let vectors: number[][];
  let tokens: number;
  try {
    const result = await sdk.embedMany({
      model: provider.embeddingModel(connection.model),
      values: [...texts],
      maxRetries: 0,
      abortSignal: call.signal,
      ...(options.dimensions === undefined
        ? {}
        : { providerOptions: { [PROVIDER]: { dimensions: options.dimensions } } }),
    });
    vectors = result.embeddings;
    tokens = Number.isFinite(result.usage.tokens) ? result.usage.tokens : 0;
  } catch (error) {
    throw modelFailure(call, connection, error, redact);
  }
  const length = vectors[0]?.length ?? 0;
  const sound = vectors.length === texts.length && length > 0 && vectors.every((vector) => isVector(vector, length));
  if (!sound) {
    throw new FailureError(
      failure(
        'http-failed',
        `${placeOf(connection)}: ${texts.length} vectors of one length were expected, the server gave ${vectors.length} others.`,
        {
          retry: 'no',
          fix: 'Check that connection.model is a model for embeddings.',
        },
      ),
    );
  }
  return { vectors, used: account(call, connection, tokens, 0) };
}

function isVector(vector: readonly number[], length: number): boolean {
  return vector.length === length && vector.every((value) => Number.isFinite(value));
}
