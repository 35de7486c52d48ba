/** Owns the mapping of nodes that ask a model or a knowledge base: LLM, Parameter Extractor, Knowledge Retrieval. */
import type { Json } from '../../../model/item.ts';
import { textIn, type Members } from '../document.ts';
import { isSelector, plainText, quoted, type Names } from '../expression.ts';
import { integerIn, membersOf, objects, type Mapping, type Place } from '../mapping.ts';
import { memoryOf } from './decisions.ts';

/** OpenAI-compatible addresses of providers. */
const PROVIDERS: Readonly<Record<string, string>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  gemini: 'https://generativelanguage.googleapis.com/v1beta/openai',
  google: 'https://generativelanguage.googleapis.com/v1beta/openai',
  deepseek: 'https://api.deepseek.com/v1',
  mistralai: 'https://api.mistral.ai/v1',
  groq: 'https://api.groq.com/openai/v1',
  openrouter: 'https://openrouter.ai/api/v1',
  x: 'https://api.x.ai/v1',
  moonshot: 'https://api.moonshot.cn/v1',
  tongyi: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
  zhipuai: 'https://open.bigmodel.cn/api/paas/v4',
  siliconflow: 'https://api.siliconflow.cn/v1',
  togetherai: 'https://api.together.xyz/v1',
  ollama: 'http://127.0.0.1:11434/v1',
};
const WITHOUT_KEY = new Set(['ollama']);

/** Of `langgenius/openai/openai` the last part. */
const providerOf = (model: Members): string => textIn(model.provider).split('/').at(-1) ?? '';

const SAMPLING: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  top_p: 'topP',
  max_tokens: 'maxTokens',
  stop: 'stop',
  seed: 'seed',
};

/** connection and settings of the answer, from the model of a node. */
export function modelOf({ data, report }: Place): Record<string, Json> {
  const model = membersOf(data.model);
  const provider = providerOf(model);
  const url = Object.hasOwn(PROVIDERS, provider) ? PROVIDERS[provider] : undefined;
  const name = `model.${provider}`;
  const secret = `${provider.replace(/\W/g, '_').toUpperCase()}_API_KEY`;
  if (url === undefined) {
    report.differs(`The address of ${provider || 'the model'} is not known: give it as the input ${name}.`, 'model');
  } else if (!WITHOUT_KEY.has(provider)) {
    report.changed(
      `The model is asked at ${url} with the key in the secret ${secret}. The input ${name} is another address.`,
      'model',
    );
  }
  const settings: Record<string, Json> = {};
  const options: Record<string, Json> = {};
  for (const [key, value] of Object.entries(membersOf(model.completion_params))) {
    if (value === null || key === 'response_format' || key === 'json_schema') continue;
    if (Object.hasOwn(SAMPLING, key)) settings[SAMPLING[key] as string] = value;
    else options[key] = value;
  }
  return {
    connection: {
      baseUrl: `{{ $vars[${quoted(name)}] ?? ${quoted(url ?? '')} }}`,
      model: textIn(model.name) || 'model',
      ...(WITHOUT_KEY.has(provider) ? {} : { apiKey: secret }),
    },
    ...settings,
    ...(Object.keys(options).length > 0 ? { options } : {}),
  };
}

const CONTEXT = '{{#context#}}';

/** The text of the context, as prompts hold it. */
function contextCode(data: Members, names: Names): string | null {
  const context = membersOf(data.context);
  if (context.enabled !== true || !isSelector(context.variable_selector)) return null;
  return `$context(${names.code(context.variable_selector)})`;
}

/** One message: Jinja2 with its variables, or a text with variables. */
function messageOf(raw: Members, place: Place, context: string | null): { [key: string]: Json } {
  const { names } = place;
  if (raw.edition_type === 'jinja2') {
    const values: Record<string, Json> = {};
    for (const one of objects(membersOf(place.data.prompt_config).jinja2_variables)) {
      if (isSelector(one.value_selector))
        values[textIn(one.variable)] = `{{ ${names.code(one.value_selector)} ?? '' }}`;
    }
    return { content: plainText(textIn(raw.jinja2_text)), values };
  }
  const pieces = textIn(raw.text).split(CONTEXT);
  const spelled = pieces.map((piece) => names.strictText(piece));
  return { content: spelled.join(context === null ? '' : `{{ ${context} }}`) };
}

const ROLES = new Set(['system', 'user', 'assistant']);

function messagesOf(place: Place): Json[] {
  const { data, names, chat } = place;
  const context = contextCode(data, names);
  const template = data.prompt_template;
  const isChat = Array.isArray(template);
  const raws = isChat ? objects(template) : [{ ...membersOf(template), role: 'user' }];
  const messages: Json[] = raws.map((raw) => ({
    role: ROLES.has(textIn(raw.role)) ? textIn(raw.role) : 'user',
    ...messageOf(raw, place, context),
  }));
  const { memory } = data;
  if (
    isChat &&
    chat &&
    memory !== null &&
    typeof memory === 'object' &&
    !Array.isArray(memory) &&
    memory !== undefined
  ) {
    messages.push({ role: 'user', content: names.strictText(memory.query_prompt_template ?? '{{#sys.query#}}') });
  }
  return messages;
}

export const llm: Mapping = (place) => {
  const { data, names, report } = place;
  const model = modelOf(place);
  if (memoryOf(data)) report.differs('Earlier messages of the conversation are not given to the model.', 'memory');
  const vision = membersOf(data.vision);
  const chosen = membersOf(vision.configs).variable_selector;
  const pictures = isSelector(chosen) ? chosen : ['sys', 'files'];
  const structured = data.structured_output_switch_on ?? data.structured_output_enabled;
  const { schema } = membersOf(data.structured_output);
  return {
    type: 'llm',
    with: {
      ...model,
      messages: messagesOf(place),
      ...(vision.enabled === true ? { images: `{{ $pictures(${names.code(pictures)}) }}` } : {}),
      ...(structured === true && schema !== undefined && schema !== null ? { schema } : {}),
      answer: data.reasoning_format === 'separated' ? 'dify-separated' : 'dify',
    },
    errorTypes: { '': 'InvokeError' },
  };
};

const LEGACY_TYPES: Readonly<Record<string, string>> = { bool: 'boolean', select: 'string' };

export const parameterExtractor: Mapping = (place) => {
  const { data, names, report } = place;
  const model = modelOf(place);
  if (memoryOf(data)) report.differs('Earlier messages of the conversation are not given to the model.', 'memory');
  const parameters = objects(data.parameters).map((one) => {
    const type = textIn(one.type) || 'string';
    const options = Array.isArray(one.options) ? one.options : [];
    return {
      name: textIn(one.name),
      type: Object.hasOwn(LEGACY_TYPES, type) ? (LEGACY_TYPES[type] as string) : type,
      description: textIn(one.description),
      required: one.required === true,
      ...(options.length > 0 ? { options } : {}),
    };
  });
  const query = isSelector(data.query) ? data.query : data.query_variable_selector;
  return {
    type: 'parameter-extractor',
    with: {
      ...model,
      text: isSelector(query) ? `{{ $need(${names.code(query)}, ${quoted(query.join('.'))}) }}` : '',
      parameters,
      instruction: names.text(data.instruction),
      mode: data.reasoning_mode === 'function_call' ? 'tool' : 'prompt',
      repairs: 0,
      answer: 'dify',
    },
  };
};

export const knowledgeRetrieval: Mapping = ({ data, names, report }) => {
  const bases = Array.isArray(data.dataset_ids) ? data.dataset_ids.map(String) : [];
  const multiple = membersOf(data.multiple_retrieval_config);
  report.differs(
    `The knowledge is not part of the file: fill knowledge bases named ${bases.join(', ') || '(none)'} with the node knowledge-store. They are searched by words.`,
    'dataset_ids',
  );
  if (data.metadata_filtering_mode === 'manual' || data.metadata_filtering_mode === 'automatic')
    report.differs('Documents are not filtered by their metadata.', 'metadata_filtering_mode');
  const limit = integerIn(multiple.top_k);
  const score = multiple.score_threshold;
  return {
    type: 'knowledge-retrieval',
    with: {
      base: bases,
      query: names.value(data.query_variable_selector),
      mode: 'text',
      ...(limit !== null && limit >= 1 ? { limit } : {}),
      ...(typeof score === 'number' && score >= 0 && score <= 1 ? { minScore: score } : {}),
      answer: 'dify',
    },
  };
};
