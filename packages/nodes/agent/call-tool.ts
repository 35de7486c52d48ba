/**
 * Owns one call of a tool: checked arguments in, text for the model out. What the model sends is treated as hostile:
 * it fits the schema or nothing is called, and it never decides which server is asked. Does not talk to models.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { EgressInit } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { textOf } from '../kit/ai/messages.ts';
import { redactor, type Redact } from '../kit/ai/model-failure.ts';
import type { ToolUse } from '../kit/ai/model.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';
import { readChoice, readText } from '../kit/read.ts';
import type { Tool } from './tools.ts';

export interface ToolResult {
  text: string;
  failed: boolean;
}

/** What a model can still use; the rest costs tokens and is said to be missing. */
const LONGEST_RESULT = 50_000;
const SECRET_SCHEME = 'Bearer ';

/** A problem that the model is told, so that it can do better. */
class ToolProblem extends Error {}

function cut(text: string): string {
  if (text.length <= LONGEST_RESULT) return text;
  return `${text.slice(0, LONGEST_RESULT)}\n(cut: ${LONGEST_RESULT} of ${text.length} characters)`;
}

async function evaluated(call: EffectCall, tool: Tool, key: string): Promise<JsonObject> {
  const raw = tool.raw[key];
  if (raw === undefined || raw === null) return {};
  const value = await call.evaluate(raw, {});
  return isObject(value) ? value : {};
}

function noAddress(text: string): FailureError {
  const fix = 'Correct url of the tool.';
  return new FailureError(
    failure('bad-value', `The url of the tool is no address: ${text.slice(0, 200)}`, { retry: 'no', fix }),
  );
}

/** The address with its arguments, and those that are left. */
function addressOf(template: string, args: JsonObject): { url: URL; rest: JsonObject } {
  // A template may have put braces of data there; the model chooses arguments, never the server.
  if (/^https?:\/\/[^/?#]*[{}]/i.test(template)) throw noAddress(template);
  const used = new Set<string>();
  const filled = template.replace(/\{([\w-]+)\}/g, (whole, name: string) => {
    if (!Object.hasOwn(args, name)) return whole;
    used.add(name);
    const value = args[name] ?? '';
    return encodeURIComponent(textOf(value).toWellFormed());
  });
  const path = filled.replace(/^[a-z]+:\/\/[^/?#]*/i, '').split(/[?#]/)[0] ?? '';
  if (path.split('/').some((part) => /^(\.|%2e){1,2}$/i.test(part))) {
    throw new ToolProblem('an argument leads out of the path of the address');
  }
  const url = /^https?:\/\//i.test(filled) ? URL.parse(filled) : null;
  if (url === null) throw noAddress(filled);
  const rest: JsonObject = {};
  for (const [name, value] of Object.entries(args)) if (!used.has(name)) put(rest, name, value);
  return { url, rest };
}

function addQuery(url: URL, values: JsonObject): void {
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== null) url.searchParams.append(name, textOf(one));
  }
}

async function http(call: EffectCall, tool: Tool, args: JsonObject, id: string): Promise<ToolResult> {
  const { raw } = tool;
  const { url, rest } = addressOf(textOf(await call.evaluate(raw['url'] as string, {})).trim(), args);
  const method = readChoice(raw, 'method', ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], 'GET');
  const bodied = method !== 'GET' && method !== 'DELETE';
  const [headers, query, body] = [
    await evaluated(call, tool, 'headers'),
    await evaluated(call, tool, 'query'),
    await evaluated(call, tool, 'body'),
  ];
  // What is fixed comes last: an argument of the same name does not replace it.
  const fixed = (values: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(rest).filter(([name]) => !Object.hasOwn(values, name)));
  addQuery(url, bodied ? query : { ...fixed(query), ...query });
  const sent: Record<string, string> = {
    'accept': 'application/json, text/*;q=0.9',
    'idempotency-key': `${call.idempotencyKey}-${id}`,
  };
  for (const [name, value] of Object.entries(headers)) if (value !== null) sent[name.toLowerCase()] = textOf(value);
  if (bodied) sent['content-type'] ??= 'application/json';
  const secret = readText(raw, 'secret', '');
  let redact: Redact = (text) => text;
  if (secret !== '') {
    const value = call.ports.secret(secret, url.hostname);
    const header = readText(raw, 'secretHeader', '').toLowerCase();
    sent[header === '' ? 'authorization' : header] = header === '' ? SECRET_SCHEME + value : value;
    redact = redactor(value);
  }
  const init: EgressInit = {
    method,
    headers: sent,
    ...(bodied ? { body: JSON.stringify({ ...fixed(body), ...body }) } : {}),
    signal: call.signal,
    timeoutMs: tool.timeoutMs ?? call.ports.limit('http.ms'),
    maxBytes: call.ports.limit('http.bytes'),
  };
  const answer = await call.ports.fetch(url.href, init);
  const text = redact(new TextDecoder().decode(answer.body));
  const good = answer.status >= 200 && answer.status < 300;
  return { text: good ? text : `The server answered ${answer.status}: ${text}`, failed: !good };
}

async function workflow(call: EffectCall, tool: Tool, args: JsonObject): Promise<ToolResult> {
  const input = { ...args, ...(await evaluated(call, tool, 'input')) };
  const output = await call.ports.workflow(readText(tool.raw, 'workflow'), input, call.signal);
  return { text: textOf(output), failed: false };
}

async function code(call: EffectCall, tool: Tool, args: JsonObject): Promise<ToolResult> {
  const { value, logs } = await call.ports.code({
    language: readChoice(tool.raw, 'language', ['javascript', 'python'], 'javascript'),
    source: readText(tool.raw, 'source'),
    inputs: args,
    timeoutMs: tool.timeoutMs ?? call.ports.limit('code.ms'),
    signal: call.signal,
  });
  if (logs !== '') call.ports.log(`${tool.offer.name}: ${logs}`);
  return { text: textOf(value), failed: false };
}

/** `id` tells the calls of one iteration apart. */
export async function callTool(
  call: EffectCall,
  tools: readonly Tool[],
  use: ToolUse,
  id: string,
): Promise<ToolResult> {
  const tool = tools.find((one) => one.offer.name === use.name);
  const args: Json = use.arguments ?? {};
  try {
    if (tool === undefined || use.problem !== null)
      throw new ToolProblem(use.problem ?? `there is no tool ${use.name}`);
    const misfit = tool.check(args);
    if (misfit !== null || !isObject(args))
      throw new ToolProblem(`the arguments do not fit: ${misfit ?? 'they are no object'}`);
    const work = { workflow, http, code }[tool.kind];
    const result = await work(call, tool, args, id);
    return { ...result, text: cut(result.text) };
  } catch (error) {
    // A run that ends, and our own mistakes, are no business of the model.
    if (call.signal.aborted || !(error instanceof FailureError || error instanceof ToolProblem)) throw error;
    if (error instanceof FailureError && call.params['onToolError'] === 'fail') throw error;
    return { text: cut(`Error: ${error.message}`), failed: true };
  }
}
