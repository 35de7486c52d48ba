/**
 * Owns the mapping of HTTP Request in versions 1 and 2, which name their parameters differently. Later versions are
 * http-request.ts.
 */
import type { Json } from '../../../model/item.ts';
import { parameter, raw, value, type Mapped, type N8nNode, type Report } from '../node.ts';
import { flag, flagOrTemplate } from './data-values.ts';
import { authentication, namedAuthentication } from './credentials.ts';
import { connectionOf, requestLoop } from './http-connection.ts';
import { requestMessages } from './http-errors.ts';
import { bodyOf, fixedJson, hasAny, isRow, namedValues } from './http-values.ts';
import { entryOf } from './options.ts';

type With = { [key: string]: Json };

function valuesOf(node: N8nNode, kind: 'query' | 'header', report: Report): Json {
  if (flag(node, report, 'jsonParameters') === true) {
    const json = raw(node, `${kind}ParametersJson`, '');
    return fixedJson(json) ?? value(json);
  }
  return namedValues(raw(node, `${kind}ParametersUi.parameter`, []), 'last');
}

const TYPES: Readonly<Record<string, string>> = {
  'json': 'json',
  'form-urlencoded': 'form',
  'multipart-form-data': 'multipart',
  'raw': 'raw',
};

function bodyFrom(node: N8nNode, method: Json, report: Report): With {
  if (method === 'GET' || method === 'HEAD') return {};
  const json = flag(node, report, 'jsonParameters') === true;
  if (json && flag(node, report, 'sendBinaryData') === true) return binaryBody(node, report);
  const type = raw(node, 'options.bodyContentType', 'json');
  const bodyType = entryOf(TYPES, type);
  if (bodyType === undefined) {
    report.unsupported(`the kind of body ${JSON.stringify(type)} is not known.`, 'options.bodyContentType');
    return {};
  }
  if (!json) {
    const values = namedValues(raw(node, 'bodyParametersUi.parameter', []), 'last');
    return hasAny(values) ? { bodyType, ...bodyOf(values) } : {};
  }
  const text = raw(node, 'bodyParametersJson', '');
  if (text === '') return {};
  if (bodyType === 'raw') return { bodyType, body: value(text) };
  const fixed = fixedJson(text);
  if (fixed !== undefined && typeof fixed !== 'string') return { bodyType, body: fixed };
  return { bodyType: bodyType === 'json' ? 'jsonText' : bodyType, body: value(text) };
}

/** One file as the body; `name:field` pairs are files of a form. */
function binaryBody(node: N8nNode, report: Report): With {
  const names = raw(node, 'binaryPropertyName', 'data');
  if (typeof names === 'string' && names.includes(':') && !names.startsWith('=')) {
    const fields = names.split(',').map((pair) => pair.split(':').map((part) => part.trim()));
    return {
      bodyType: 'multipart',
      body: Object.fromEntries(fields.map(([field = '', file = 'data']) => [field, { itemFile: file }])),
    };
  }
  if (raw(node, 'options.bodyContentType', 'raw') === 'multipart-form-data') {
    report.unsupported('files of a form must be written as field:file.', 'binaryPropertyName');
  }
  return { bodyType: 'binary', body: { itemFile: value(names) } };
}

function responseOf(node: N8nNode, report: Report): With {
  const format = raw(node, 'responseFormat', 'json');
  const never = flagOrTemplate(node, 'options.ignoreResponseCode');
  const full = flag(node, report, 'options.fullResponse') === true;
  const name = parameter(node, 'dataPropertyName', 'data');
  return {
    response: format === 'string' ? 'text' : format,
    ...(full ? { full: true } : {}),
    split: flag(node, report, 'options.splitIntoItems') === true,
    ...(never === false ? {} : { neverError: never }),
    property: name,
    as: name,
    beside: 'item',
  };
}

export function oldHttpRequest(node: N8nNode, report: Report): Mapped | null {
  const auth = node.typeVersion >= 2 ? authentication(node, report) : namedAuthentication(node, report);
  if (auth === null) return null;
  const method = parameter(node, 'requestMethod', 'GET');
  const query = valuesOf(node, 'query', report);
  const headers = valuesOf(node, 'header', report);
  const mime = parameter(node, 'options.bodyContentCustomMimeType', '');
  const typed = mime !== '' && isRow(headers) ? { 'content-type': mime, ...headers } : headers;
  const body = bodyFrom(node, method, report);
  return {
    type: 'http-request',
    with: {
      method,
      url: parameter(node, 'url', ''),
      ...(hasAny(query) || typeof query === 'string'
        ? { query, queryLists: raw(node, 'options.queryParameterArrays', 'brackets') }
        : {}),
      ...(hasAny(typed) || typeof typed === 'string' ? { headers: typed } : {}),
      ...body,
      ...(auth === undefined ? {} : { auth }),
      ...connectionOf(node, report),
      redirects: flag(node, report, 'options.followRedirect', true) === false ? 0 : 10,
      ...responseOf(node, report),
      messages: requestMessages('String'),
      idempotencyKey: false,
    },
    loop: requestLoop(node, raw(node, 'options.batchSize', 50), raw(node, 'options.batchInterval', 0), report),
  };
}
