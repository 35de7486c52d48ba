/**
 * Owns how parameters become the messages of a conversation: system text, earlier messages, prompt and images. Texts
 * are sent as they are: `{{ }}` in data is data. Does not call models.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { isObject, type JsonObject } from '../paths.ts';
import { wrongParameter } from '../read.ts';
import type { Message } from './model.ts';

const MOST_MESSAGES = 10_000;
const ROLES = ['system', 'user', 'assistant'] as const;

/** Parameters of nodes that hold a conversation. */
export const CONVERSATION: Record<string, ParameterSpec> = {
  system: { type: 'string', description: 'What the model is told about its task, before everything else.' },
  messages: {
    type: 'list',
    description: 'Earlier messages of the conversation, oldest first; an expression may give them.',
    fields: {
      role: { type: 'string', description: 'Who said it.', required: true, enum: [...ROLES] },
      content: { type: 'any', description: 'What was said.', required: true },
      values: {
        type: 'object',
        description: 'Makes content a Jinja2 template: its variables. Its braces are written \\{{ here.',
      },
    },
  },
  prompt: {
    type: 'any',
    description: 'What the user says now: the last message. Values that are no text are sent as JSON.',
  },
  images: {
    type: 'list',
    description:
      'Pictures that belong to the prompt: addresses (https or data:), { file: name } for a file of the item, { path: file } for one below the workflow folder.',
  },
};

export const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

interface Picture {
  data: string | URL;
  mediaType: string;
}

const SIGNATURES: [RegExp, string][] = [
  [/^\u0089PNG/, 'image/png'],
  [/^\u00ff\u00d8\u00ff/, 'image/jpeg'],
  [/^GIF8/, 'image/gif'],
  [/^RIFF[\s\S]{4}WEBP/, 'image/webp'],
];

function inline(bytes: Uint8Array, mime: string | undefined, name: string): Picture {
  const start = Array.from(bytes.subarray(0, 12), (byte) => String.fromCharCode(byte)).join('');
  const mediaType = SIGNATURES.find(([pattern]) => pattern.test(start))?.[1] ?? mime ?? '';
  if (!mediaType.startsWith('image/')) return wrongParameter(name, 'a picture (PNG, JPEG, GIF or WebP)', mediaType);
  return { data: Buffer.from(bytes).toString('base64'), mediaType };
}

async function picture(call: EffectCall, item: Item | undefined, raw: Json, name: string): Promise<Picture> {
  if (typeof raw === 'string') {
    const data = /^data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/=\s]+)$/.exec(raw);
    if (data !== null) return { data: data[2] as string, mediaType: data[1] as string };
    const url = /^https?:\/\//i.test(raw) ? URL.parse(raw) : null;
    if (url === null) return wrongParameter(name, 'an address that starts with https:// or data:image/', raw);
    return { data: url, mediaType: 'image/*' };
  }
  const most = call.ports.limit('http.bytes');
  const tooLarge = (size: number): FailureError =>
    new FailureError(
      failure('limit-reached', `${name}: the picture has ${size} bytes; limit http.bytes allows ${most}.`, {
        retry: 'no',
      }),
    );
  if (isObject(raw) && typeof raw['file'] === 'string') {
    const files = item?.files ?? {};
    const found = Object.hasOwn(files, raw['file']) ? files[raw['file']] : undefined;
    if (found === undefined || call.ports.blobs === undefined) {
      return wrongParameter(
        `${name}.file`,
        `the name of a file of the item (${Object.keys(files).join(', ') || 'it has none'})`,
        raw['file'],
      );
    }
    if (found.size > most) throw tooLarge(found.size);
    return inline(await call.ports.blobs.get(found.blob), found.mime, name);
  }
  if (isObject(raw) && typeof raw['path'] === 'string') {
    const { bytes, size } = await call.ports.files.read(raw['path'], 0, most);
    if (size > most) throw tooLarge(size);
    return inline(bytes, undefined, name);
  }
  return wrongParameter(name, 'an address, { file } or { path }', raw);
}

async function earlier(raw: Json | undefined): Promise<Message[]> {
  const list = (Array.isArray(raw) ? raw : []) as JsonObject[];
  if (list.length > MOST_MESSAGES)
    return wrongParameter('messages', `a list of at most ${MOST_MESSAGES} messages`, raw);
  const render = list.some((one) => isObject(one['values']))
    ? (await import('@rondo/core/template/index.ts')).renderTemplate
    : null;
  return list.flatMap(({ role, content = null, values }) => {
    const written = content === null ? '' : textOf(content);
    const text = render !== null && isObject(values) ? render(written, values) : written;
    // A message without text is refused by most servers, and says nothing.
    return text === '' ? [] : [{ role: role as (typeof ROLES)[number], content: text }];
  });
}

/** The messages of a call, in the order in which they are sent. */
export async function readMessages(call: EffectCall): Promise<Message[]> {
  const { system, messages, prompt, images } = call.params;
  const out: Message[] = [];
  if (typeof system === 'string' && system !== '') out.push({ role: 'system', content: system });
  out.push(...(await earlier(messages)));
  const text = prompt === undefined || prompt === null ? '' : textOf(prompt);
  const pictures: Picture[] = [];
  for (const [i, raw] of (Array.isArray(images) ? images : []).entries()) {
    pictures.push(await picture(call, call.items[0], raw, `images[${i}]`));
  }
  if (pictures.length > 0) {
    const parts = pictures.map(({ data, mediaType }) => ({ type: 'file' as const, data, mediaType }));
    out.push({ role: 'user', content: text === '' ? parts : [{ type: 'text', text }, ...parts] });
  } else if (text !== '') out.push({ role: 'user', content: text });
  // Some workflows say everything in messages of the system.
  const isWritten = Array.isArray(messages) && out.length > 0;
  if (!isWritten && !out.some((message) => message.role !== 'system')) {
    return wrongParameter('prompt', 'a text, or messages a list with one', prompt ?? null);
  }
  return out;
}
