/**
 * Owns what a failed request looks like to a n8n workflow: the words of the failure, and the item that stands for it
 * when the run goes on. Does not know requests.
 */
import type { LoopSettings } from '../../../model/definition.ts';
import type { Json } from '../../../model/item.ts';
import type { N8nNode } from '../node.ts';

const TOO_MANY = 'The service is receiving too many requests from you';

/** Parameter `messages` of the native nodes that send requests. */
export function requestMessages(textFormat: string): { [kind: string]: Json } {
  return {
    '404': 'The resource you are requesting could not be found',
    '429': TOO_MANY,
    'body': 'JSON parameter needs to be valid JSON',
    'json': `Response body is not valid JSON. Change "Response Format" to "${textFormat}"`,
    'nextUrl': "'{value}' is not a valid URL.",
    'repeated': 'The returned response was identical 5x, so requests got stopped',
  };
}

const ADVICE = "Try spacing your requests out using the batching settings under 'Options'";

/** `e` is the failure, `s` its status, `b` the body of the answer as text, `j` as a value. */
const ERROR = `({
  message: s === 429 ? ${JSON.stringify(ADVICE)} : s + ' - ' + JSON.stringify(b),
  name: 'AxiosError',
  code: s >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST',
  status: s
})`;

const DETAILS = `({
  message: e.message,
  ...(d === undefined ? {} : { description: d }),
  httpCode: String(s),
  body: j,
  context: { itemIndex: $itemIndex }
})`;

/** What the answer says about the failure: a text in one of the usual places. */
const DESCRIPTION = `((v) => {
  const text = (one) => typeof one === 'string' ? one : undefined;
  const at = (o) => o === null || typeof o !== 'object' ? text(o)
    : text(o.message) ?? text(o.error) ?? text(o.description) ?? text(o.detail) ?? text(o.title)
      ?? (Array.isArray(o.errors) ? at(o.errors[0]) : o.error !== null && typeof o.error === 'object' ? at(o.error) : undefined);
  return at(v);
})`;

const PARSED = `((t) => { try { return JSON.parse(t) } catch { return t } })`;

/**
 * The item of a failed request: `error` is an object when the request itself failed, and a text when something was
 * wrong before or after it. From version 4.5 on, `details` stand beside it.
 */
export function requestFallback(node: N8nNode): LoopSettings {
  if (node.onError === 'stopWorkflow') return {};
  const details = node.typeVersion >= 4.5;
  const of = `((e, s, b, j) => { const d = ${DESCRIPTION}(j); return { error: ${ERROR}${details ? `, details: ${DETAILS}` : ''} } })`;
  const failed = `${of}($error, $error.data.status, $error.data.body, ${PARSED}($error.data.body))`;
  const broken = `{ error: { message: $error.message, name: 'Error' } }`;
  const said = `{ error: $error.message }`;
  const item = `$error.code === 'http-status' ? ${failed} : $error.code === 'http-failed' ? ${broken} : ${said}`;
  // The other output gets what the item was, too.
  const whole = node.onError === 'continueErrorOutput' ? `({ ...$json, ...(${item}) })` : item;
  return { fallback: `{{ ${whole.replace(/\s+/g, ' ')} }}` };
}
