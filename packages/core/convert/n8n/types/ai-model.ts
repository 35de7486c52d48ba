/**
 * Owns how the chat model that is attached to an AI node of n8n becomes a connection: every service that speaks as
 * OpenAI does. Also what else may be attached. Does not know the nodes that use them.
 */
import type { Json } from '../../../model/item.ts';
import { isExpression, parameter, raw, value, type N8nNode, type Report } from '../node.ts';
import { flag } from './data-values.ts';
import { secretOf } from './credentials.ts';
import { fixedJson, isRow } from './http-values.ts';
import { located } from './messages.ts';
import { entryOf, reportOthers } from './options.ts';

type With = { [name: string]: Json };

interface Service {
  baseUrl: string;
  credential: string;
  model: string;
}

const PREFIX = '@n8n/n8n-nodes-langchain.';

const SERVICES: Readonly<Record<string, Service>> = {
  lmChatOpenAi: { baseUrl: 'https://api.openai.com/v1', credential: 'openAiApi', model: 'gpt-4o-mini' },
  lmChatGroq: { baseUrl: 'https://api.groq.com/openai/v1', credential: 'groqApi', model: 'llama3-8b-8192' },
  lmChatDeepSeek: { baseUrl: 'https://api.deepseek.com', credential: 'deepSeekApi', model: 'deepseek-chat' },
  lmChatMistralCloud: { baseUrl: 'https://api.mistral.ai/v1', credential: 'mistralCloudApi', model: 'mistral-small' },
  lmChatOpenRouter: {
    baseUrl: 'https://openrouter.ai/api/v1',
    credential: 'openRouterApi',
    model: 'openai/gpt-4.1-mini',
  },
  lmChatXAiGrok: { baseUrl: 'https://api.x.ai/v1', credential: 'xAiApi', model: 'grok-2-vision-1212' },
  lmChatAnthropic: {
    baseUrl: 'https://api.anthropic.com/v1',
    credential: 'anthropicApi',
    model: 'claude-sonnet-4-20250514',
  },
  lmChatGoogleGemini: {
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    credential: 'googlePalmApi',
    model: 'gemini-2.5-flash',
  },
  lmChatOllama: { baseUrl: 'http://127.0.0.1:11434/v1', credential: 'ollamaApi', model: 'llama3.2' },
};

/** Options of models that are read besides, or change nothing in an answer. */
const READ = ['baseURL', 'timeout', 'maxRetries', 'responseFormat'];

export const attachedType = (node: N8nNode): string =>
  node.type.startsWith(PREFIX) ? node.type.slice(PREFIX.length) : node.type;

/** Settings of an answer, by their names in n8n. */
const SETTINGS: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  topP: 'topP',
  maxTokens: 'maxTokens',
  maxTokensToSample: 'maxTokens',
  maxOutputTokens: 'maxTokens',
  numPredict: 'maxTokens',
};

const MORE: Readonly<Record<string, string>> = {
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  reasoningEffort: 'reasoning_effort',
};

/** `connection` and the settings of the model that is attached. Null after a report. */
export function modelOf(node: N8nNode, report: Report): With | null {
  const models = node.attached.ai_languageModel ?? [];
  const [model] = models;
  if (model === undefined || models.length > 1) {
    report.unsupported(model === undefined ? 'no chat model is connected.' : 'more than one chat model is connected.');
    return null;
  }
  const type = attachedType(model);
  const service = entryOf(SERVICES, type);
  if (service === undefined) {
    report.unsupported(`the model ${model.name} (${model.type}) is not of a kind that Rondo calls.`);
    return null;
  }
  const name = located(model, 'model') || located(model, 'modelName') || located(model, 'modelId') || service.model;
  const baseUrl = parameter(model, 'options.baseURL', '') || service.baseUrl;
  const timeout = raw(model, 'options.timeout', null);
  const settings: With = {};
  const options: With = {};
  for (const [key, native] of Object.entries(SETTINGS)) {
    const found = raw(model, `options.${key}`, null);
    if (found !== null && found !== -1) settings[native] = value(found);
  }
  for (const [key, native] of Object.entries(MORE)) {
    const found = raw(model, `options.${key}`, null);
    if (found !== null && found !== 0) options[native] = value(found);
  }
  if (raw(model, 'options.responseFormat', 'text') === 'json_object') {
    options.response_format = { type: 'json_object' };
  }
  reportOthers(model, 'options', [...Object.keys(SETTINGS), ...Object.keys(MORE), ...READ], report, node);
  if (type === 'lmChatOllama') {
    report.differs(`the address of Ollama stands in its credentials; ${service.baseUrl} is asked.`);
  }
  return {
    connection: {
      baseUrl,
      model: name,
      ...(type === 'lmChatOllama' ? {} : { apiKey: secretOf(model, service.credential) }),
      ...(timeout === null ? {} : { timeout: value(timeout) }),
    },
    ...settings,
    ...(Object.keys(options).length > 0 ? { options } : {}),
  };
}

/** JSON Schema of an example: every key that it has is needed. */
function schemaOf(example: Json): With {
  if (Array.isArray(example)) return { type: 'array', items: example.length > 0 ? schemaOf(example[0] ?? null) : {} };
  if (isRow(example)) {
    const properties = Object.fromEntries(Object.entries(example).map(([key, one]) => [key, schemaOf(one)]));
    return { type: 'object', properties, required: Object.keys(example) };
  }
  if (example === null) return {};
  return { type: typeof example };
}

/** A schema that stands in parameters: written, or by an example. Undefined after a report. */
export function writtenSchema(node: N8nNode, report: Report, owner: N8nNode): With | undefined {
  const example =
    raw(node, 'schemaType', node.typeVersion >= 1.2 || owner === node ? 'fromJson' : 'manual') === 'fromJson';
  const path = example ? 'jsonSchemaExample' : node.typeVersion < 1.2 && owner !== node ? 'jsonSchema' : 'inputSchema';
  const text = raw(node, path, '');
  const found = isExpression(text) ? undefined : fixedJson(text);
  if (isRow(found)) return example ? schemaOf(found) : found;
  report.unsupported(`the schema of ${node.name} must be plain JSON of an object.`);
  return undefined;
}

/** The schema of the parser that is attached; null: none is. Undefined after a report. */
export function parserOf(node: N8nNode, report: Report): With | null | undefined {
  const [parser] = node.attached.ai_outputParser ?? [];
  if (parser === undefined || flag(node, report, 'hasOutputParser', true) === false) return null;
  if (attachedType(parser) === 'outputParserStructured') return writtenSchema(parser, report, node);
  report.unsupported(`the output parser ${parser.name} (${parser.type}) is not supported.`);
  return undefined;
}

/** What is attached and stays without effect would change the answers. */
export function refuseOthers(node: N8nNode, known: readonly string[], report: Report): void {
  for (const [kind, nodes] of Object.entries(node.attached)) {
    if (known.includes(kind)) continue;
    for (const one of nodes)
      report.unsupported(`${one.name} (${one.type}), which is connected to it, is not supported.`);
  }
}
