/**
 * Owns the mapping of HTTP Request from version 3 on. The requests of all items go out side by side, and what they
 * bring is in the order of the items. Versions 1 and 2 are http-request-old.ts.
 */
import { jsonNumber, jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { isExpression, parameter, raw, value, type Mapped, type Mapping, type N8nNode, type Report } from '../node.ts';
import { flag, flagOrTemplate } from './data-values.ts';
import { authentication } from './credentials.ts';
import { connectionOf, requestLoop } from './http-connection.ts';
import { requestFallback, requestMessages } from './http-errors.ts';
import { paginationOf } from './http-pagination.ts';
import { oldHttpRequest } from './http-request-old.ts';
import { bodyOf, fixedJson, hasAny, isRow, namedValues } from './http-values.ts';
import { reportOthers } from './options.ts';

type With = { [key: string]: Json };

const OPTIONS = [
  'allowUnauthorizedCerts',
  'batching',
  'lowercaseHeaders',
  'pagination',
  'proxy',
  'queryParameterArrays',
  'redirect',
  'response',
  'timeout',
];
const BATCH = 'options.batching.batch';
/** n8n sets no bound; a list of pages that never ends still must. */
const MOST_PAGES = 100_000;
const ACCEPT =
  'application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, image/*;q=0.8, */*;q=0.7';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

function methodOf(node: N8nNode, name: string, report: Report): Json {
  const method = raw(node, name, 'GET');
  if (isExpression(method)) return value(method);
  const known = METHODS.find((one) => one === jsonText(method).toUpperCase());
  if (known !== undefined) return known;
  report.unsupported(`the method ${JSON.stringify(method)} is not known.`, name);
  return 'GET';
}

/** Query parameters and headers: one by one, or as JSON. */
function valuesOf(node: N8nNode, kind: 'Query' | 'Headers', repeated: 'list' | 'last', report: Report): Json {
  if (flag(node, report, `send${kind}`) !== true) return {};
  const lower = kind === 'Query' ? 'query' : 'header';
  if (raw(node, `specify${kind}`, 'keypair') === 'json') {
    const json = raw(node, kind === 'Query' ? 'jsonQuery' : 'jsonHeaders', '');
    return fixedJson(json) ?? value(json);
  }
  return namedValues(raw(node, `${lower}Parameters.parameters`, []), repeated);
}

/** A field of a form: a value, or the file that the item carries under a name. */
function formValue(row: { [key: string]: Json }): Json {
  if (row.parameterType !== 'formBinaryData') return value(row.value ?? '');
  return { itemFile: value(row.inputDataFieldName ?? 'data') };
}

function requestBody(node: N8nNode, repeated: 'list' | 'last', report: Report): With {
  if (flag(node, report, 'sendBody') !== true) return {};
  const type = raw(node, 'contentType', 'json');
  const specify = raw(node, 'specifyBody', 'keypair');
  const rows = raw(node, 'bodyParameters.parameters', []);
  switch (type) {
    case 'json': {
      if (specify !== 'json') return { bodyType: 'json', ...bodyOf(namedValues(rows, repeated)) };
      const json = raw(node, 'jsonBody', '');
      const fixed = fixedJson(json);
      if (fixed !== undefined && typeof fixed !== 'string') return { bodyType: 'json', body: fixed };
      return { bodyType: 'jsonText', body: value(json) };
    }
    case 'form-urlencoded':
      if (specify === 'string') return { bodyType: 'form', body: parameter(node, 'body', '') };
      return { bodyType: 'form', ...bodyOf(namedValues(rows, repeated)) };
    case 'multipart-form-data':
      return { bodyType: 'multipart', ...bodyOf(namedValues(rows, 'list', formValue)) };
    case 'binaryData':
      return { bodyType: 'binary', body: { itemFile: parameter(node, 'inputDataFieldName', '') } };
    case 'raw':
      return { bodyType: 'raw', body: parameter(node, 'body', '') };
    default:
      report.unsupported(`the kind of body ${JSON.stringify(type)} is not known.`, 'contentType');
      return {};
  }
}

function headersOf(node: N8nNode, repeated: 'list' | 'last', auto: boolean, report: Report): Json {
  const headers = valuesOf(node, 'Headers', repeated, report);
  const rawType = flag(node, report, 'sendBody') === true && raw(node, 'contentType', 'json') === 'raw';
  const more: With = {};
  if (auto) more.accept = ACCEPT;
  const contentType = parameter(node, 'rawContentType', '');
  if (rawType && contentType !== '') more['content-type'] = contentType;
  if (!isRow(headers)) return headers;
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  return { ...Object.fromEntries(Object.entries(more).filter(([name]) => !given.has(name))), ...headers };
}

function responseOf(node: N8nNode, report: Report): With {
  const at = 'options.response.response';
  const format = raw(node, `${at}.responseFormat`, 'autodetect');
  const name = parameter(node, `${at}.outputPropertyName`, 'data');
  return {
    response: format === 'autodetect' ? 'auto' : format,
    ...(flag(node, report, `${at}.fullResponse`) === true ? { full: true } : {}),
    ...neverErrorOf(node, `${at}.neverError`),
    property: name,
    as: name,
    beside: 'item',
  };
}

/** Whether error statuses are answers; a run may decide it. */
function neverErrorOf(node: N8nNode, path: string): With {
  const never = flagOrTemplate(node, path);
  return never === false ? {} : { neverError: never };
}

/** From version 4 on redirects are followed, unless the file says otherwise; before, only where it says so. */
function redirectsOf(node: N8nNode): With {
  const given = raw(node, 'options.redirect', null);
  const follow = raw(node, 'options.redirect.redirect.followRedirects', given === null && node.typeVersion >= 4);
  if (follow !== true) return { redirects: 0 };
  return { redirects: Math.min(10, jsonNumber(raw(node, 'options.redirect.redirect.maxRedirects', 10)) || 10) };
}

export const httpRequest: Mapping = (node, report): Mapped | null => {
  if (node.typeVersion < 3) return oldHttpRequest(node, report);
  const auth = authentication(node, report);
  const pagination = paginationOf(node, report);
  if (auth === null || pagination === null) return null;
  reportOthers(node, 'options', OPTIONS, report);
  const repeated = node.typeVersion >= 4.3 ? 'list' : 'last';
  const response = responseOf(node, report);
  const query = valuesOf(node, 'Query', repeated, report);
  const headers = headersOf(node, repeated, response.response === 'auto', report);
  const lists = raw(node, 'options.queryParameterArrays', 'brackets');
  if (flag(node, report, 'options.lowercaseHeaders', true) === false) {
    report.differs(
      'names of headers are sent in small letters; servers may not tell them apart.',
      'options.lowercaseHeaders',
    );
  }
  return {
    type: 'http-request',
    with: {
      method: methodOf(node, 'method', report),
      url: parameter(node, 'url', ''),
      ...(hasAny(query) || typeof query === 'string' ? { query, queryLists: lists } : {}),
      ...(hasAny(headers) || typeof headers === 'string' ? { headers } : {}),
      ...requestBody(node, repeated, report),
      ...(auth === undefined ? {} : { auth }),
      ...connectionOf(node, report),
      ...redirectsOf(node),
      ...response,
      messages: requestMessages('Text'),
      idempotencyKey: false,
      ...(pagination === undefined ? {} : { pagination }),
    },
    // Pages follow one another.
    loop:
      pagination === undefined
        ? requestLoop(node, raw(node, `${BATCH}.batchSize`, -1), raw(node, `${BATCH}.batchInterval`, 0), report)
        : { limit: MOST_PAGES, ...requestFallback(node) },
  };
};
