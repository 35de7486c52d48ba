/**
 * Owns what the toy model answers to a chat request: checks the request, follows its script if it has one, else
 * calls a tool, fills a schema or writes prose. Pure: no clock, no randomness, no network.
 */
import { outline, prose, tokensOf, topicOf } from './prose.ts';
import { valueFor } from './schema-value.ts';
import { parseScript, withoutScript, type Script, type ToolCall, type Turn, type Trouble } from './script.ts';

export const CHAT_MODEL = 'toy-chat';

type Fields = { [key: string]: unknown };

export interface Message {
  role: string;
  text: string;
  images: number;
}

interface Tool {
  name: string;
  parameters: unknown;
}

export interface ChatRequest {
  messages: Message[];
  tools: Tool[];
  /** Tool that must be called; `*` any, null none must. */
  forced: string | null;
  toolsOff: boolean;
  format: 'text' | 'json_object' | 'json_schema';
  schema: unknown;
  maxTokens: number;
  stop: string[];
  stream: boolean;
  streamUsage: boolean;
}

export interface Answer {
  reasoning: string;
  text: string;
  calls: ToolCall[];
  finish: 'stop' | 'length' | 'tool_calls' | 'content_filter';
  promptTokens: number;
  completionTokens: number;
  delayMs: number;
  paceMs: number;
  trouble: Trouble | null;
}

/** Thrown for a request that a server would refuse with 400. */
export class BadRequest extends Error {
  readonly code: string | null;
  constructor(message: string, code: string | null = null) {
    super(message);
    this.code = code;
  }
}

const TOKENS_PER_MESSAGE = 4;
const TOKENS_PER_IMAGE = 85;
const ROLES = new Set(['system', 'developer', 'user', 'assistant', 'tool']);

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readMessage(raw: unknown, at: number): Message {
  if (!isObject(raw) || typeof raw['role'] !== 'string' || !ROLES.has(raw['role'])) {
    throw new BadRequest(`messages[${at}] needs a role: ${[...ROLES].join(', ')}.`);
  }
  const { role, content } = raw as { role: string; content?: unknown };
  if (typeof content === 'string') return { role, text: content, images: 0 };
  if (!Array.isArray(content)) return { role, text: '', images: 0 };
  const texts: string[] = [];
  let images = 0;
  for (const part of content as unknown[]) {
    if (!isObject(part)) throw new BadRequest(`messages[${at}].content holds something that is no part.`);
    if (part['type'] === 'text') texts.push(String(part['text'] ?? ''));
    else if (part['type'] === 'image_url') {
      const url = isObject(part['image_url']) ? part['image_url']['url'] : undefined;
      if (typeof url !== 'string' || !/^(data:image\/|https?:\/\/)/.test(url)) {
        throw new BadRequest(`messages[${at}] has an image that is neither a data: nor an http(s): address.`);
      }
      images += 1;
    } else
      throw new BadRequest(
        `messages[${at}] has a part of type ${String(part['type'])}; this model takes text and images.`,
      );
  }
  return { role, text: texts.join('\n'), images };
}

function readTools(raw: unknown): Tool[] {
  if (!Array.isArray(raw)) return [];
  return raw.flatMap((tool: unknown) => {
    const called = isObject(tool) ? tool['function'] : undefined;
    return isObject(called) && typeof called['name'] === 'string'
      ? [{ name: called['name'], parameters: called['parameters'] }]
      : [];
  });
}

export function readChatRequest(body: unknown): ChatRequest {
  if (!isObject(body)) throw new BadRequest('The body must be a JSON object.');
  const raw = body['messages'];
  if (!Array.isArray(raw) || raw.length === 0)
    throw new BadRequest('messages must be a list with at least one message.');
  const format = isObject(body['response_format']) ? body['response_format'] : {};
  const wrapped = isObject(format['json_schema']) ? format['json_schema']['schema'] : undefined;
  if (format['type'] === 'json_schema' && !isObject(wrapped)) {
    throw new BadRequest('response_format.json_schema.schema must be a JSON Schema.');
  }
  const choice = body['tool_choice'];
  const named = isObject(choice) && isObject(choice['function']) ? String(choice['function']['name']) : null;
  const { stop } = body;
  return {
    messages: raw.map(readMessage),
    tools: readTools(body['tools']),
    forced: choice === 'required' ? '*' : named,
    toolsOff: choice === 'none',
    format: format['type'] === 'json_schema' || format['type'] === 'json_object' ? format['type'] : 'text',
    schema: wrapped ?? null,
    maxTokens: Number(body['max_completion_tokens'] ?? body['max_tokens'] ?? Number.POSITIVE_INFINITY),
    stop: (Array.isArray(stop) ? stop : [stop]).filter((one): one is string => typeof one === 'string' && one !== ''),
    stream: body['stream'] === true,
    streamUsage: isObject(body['stream_options']) && body['stream_options']['include_usage'] === true,
  };
}

/** The script of the conversation, and how many answers it has had. */
function scriptOf(messages: readonly Message[]): { script: Script | null; answered: number } {
  let answered = 0;
  for (const message of messages.toReversed()) {
    if (message.role === 'assistant') answered += 1;
    const script = message.role === 'user' ? parseScript(message.text) : null;
    if (script !== null) return { script, answered };
  }
  const system = messages.find((message) => message.role === 'system' || message.role === 'developer');
  return { script: system === undefined ? null : parseScript(system.text), answered };
}

function turnOf(script: Script | null, answered: number): Turn {
  const last = script?.turns.at(-1);
  const turn = script?.turns[answered];
  if (turn !== undefined) return turn;
  return last === undefined || last.calls.length > 0 ? { calls: [] } : last;
}

/** A schema that a prompt holds in a fenced block, for callers that cannot send one beside it. */
function schemaInText(text: string): unknown {
  for (const match of [...text.matchAll(/```(?:json)?\s*(\{[\s\S]*?\})\s*```/g)].reverse()) {
    try {
      const value = JSON.parse(match[1] as string) as unknown;
      if (isObject(value) && ('properties' in value || 'type' in value)) return value;
    } catch {
      // Some other block.
    }
  }
  return null;
}

function lastResults(messages: readonly Message[]): string[] {
  const results: string[] = [];
  for (const message of messages.toReversed()) {
    if (message.role !== 'tool') break;
    results.unshift(message.text);
  }
  return results;
}

function toolFor(request: ChatRequest, asked: string): Tool | undefined {
  if (request.toolsOff) return undefined;
  if (request.forced === '*') return request.tools[0];
  if (request.forced !== null) return request.tools.find((tool) => tool.name === request.forced);
  const spoken = asked.toLowerCase().replace(/[_-]/g, ' ');
  return request.tools.find((tool) => spoken.includes(tool.name.toLowerCase().replace(/[_-]/g, ' ')));
}

function write(request: ChatRequest, turn: Turn): { text: string; calls: ToolCall[] } {
  const { messages } = request;
  const results = lastResults(messages);
  if (turn.calls.length > 0) return { text: turn.reply ?? '', calls: turn.calls };
  if (turn.json !== undefined) return { text: turn.json, calls: [] };
  if (turn.reply !== undefined) return { text: turn.reply.replaceAll('{result}', () => results.join('; ')), calls: [] };
  if (turn.outline !== undefined) return { text: outline(turn.outline), calls: [] };
  const last = messages.findLastIndex((message) => message.role === 'user');
  const asked = withoutScript(messages[last]?.text ?? messages.at(-1)?.text ?? '');
  const context = messages.map((message) => message.text).join('\n');
  const source = { text: asked, context };
  if (results.length > 0) return { text: `The tool answered: ${results.join('; ')}`, calls: [] };
  const tool = toolFor(request, asked);
  if (tool !== undefined) {
    return { text: '', calls: [{ name: tool.name, arguments: JSON.stringify(valueFor(tool.parameters, source)) }] };
  }
  const schema = request.schema ?? schemaInText(context);
  if (request.format !== 'text' || schema !== null)
    return { text: JSON.stringify(valueFor(schema, source)), calls: [] };
  const images = messages.reduce((count, message) => count + message.images, 0);
  const seen = images === 0 ? '' : `${images === 1 ? 'One image was' : `${images} images were`} shown. `;
  return { text: seen + prose(topicOf(asked), turn.words), calls: [] };
}

export function answer(request: ChatRequest): Answer {
  const { script, answered } = scriptOf(request.messages);
  const turn = turnOf(script, answered);
  const written = write(request, turn);
  let { text } = written;
  let finish: Answer['finish'] = written.calls.length > 0 ? 'tool_calls' : 'stop';
  for (const stop of request.stop) if (text.includes(stop)) text = text.slice(0, text.indexOf(stop));
  const tokens = tokensOf(text);
  if (tokens.length > request.maxTokens) {
    text = tokens.slice(0, request.maxTokens).join('');
    finish = 'length';
  }
  const trouble = script?.trouble ?? null;
  if (trouble?.kind === 'filter') [text, finish] = ['', 'content_filter'];
  const reasoning = turn.think ?? '';
  return {
    reasoning,
    text,
    calls: written.calls,
    finish,
    promptTokens: request.messages.reduce(
      (sum, message) => sum + TOKENS_PER_MESSAGE + tokensOf(message.text).length + message.images * TOKENS_PER_IMAGE,
      0,
    ),
    completionTokens:
      Math.min(tokens.length, request.maxTokens) +
      tokensOf(reasoning).length +
      written.calls.reduce((sum, call) => sum + tokensOf(call.arguments).length + 1, 0),
    delayMs: script?.delayMs ?? 0,
    paceMs: script?.paceMs ?? 0,
    trouble,
  };
}
