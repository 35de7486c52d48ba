/** Owns the mapping of the HTTP Request node. */
import type { Json } from '../../../model/item.ts';
import { textIn, type Members } from '../document.ts';
import { quoted, type Names } from '../expression.ts';
import { membersOf, objects, type Mapping, type Report } from '../mapping.ts';

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);

interface Body {
  bodyType: string;
  body?: Json;
  fields?: Json;
  contentType?: string;
}

/** Old files hold the data of a body as text. */
function dataOf(body: Members): Members[] {
  return typeof body.data === 'string'
    ? body.data === ''
      ? []
      : [{ key: '', type: 'text', value: body.data }]
    : objects(body.data);
}

function bodyOf(data: Members, names: Names, report: Report): Body | null {
  const body = membersOf(data.body);
  const type = textIn(body.type) || 'none';
  const parts = dataOf(body);
  if (type !== 'none' && parts.some((part) => part.type === 'file')) {
    return report.unsupported('A file in the body of a request', 'body.data');
  }
  const [first] = parts;
  switch (type) {
    case 'none':
      return { bodyType: 'none' };
    case 'json':
      return {
        bodyType: 'raw',
        body: `{{ $jsonBody(${names.textCode(textIn(first?.value))}) }}`,
        contentType: 'application/json',
      };
    case 'raw-text':
      return { bodyType: 'raw', body: names.text(first?.value) };
    case 'x-www-form-urlencoded':
    case 'form-data': {
      // As text they are lines of `key: value`.
      const fields =
        typeof body.data === 'string'
          ? `{{ $pairs(${names.textCode(body.data)}) }}`
          : parts.map((part) => ({ name: names.text(part.key), value: names.text(part.value) }));
      return { bodyType: type === 'form-data' ? 'multipart' : 'form', fields };
    }
    default:
      return report.unsupported(`A body of the type ${type}`, 'body.type');
  }
}

/** Headers as code: those that are written, and the one of the authorization. */
function headersOf(data: Members, names: Names, body: Body): Json {
  const parts: string[] = [];
  const written = textIn(data.headers);
  if (written.trim() !== '') parts.push(`...$pairs(${names.textCode(written)})`);
  const authorization = membersOf(data.authorization);
  if (authorization.type === 'api-key') {
    const config = membersOf(authorization.config);
    const header = names.textCode(textIn(config.header));
    parts.push(
      `...$authorization(${quoted(textIn(config.type))}, ${names.textCode(textIn(config.api_key))}, ${header})`,
    );
  }
  if (body.contentType !== undefined && !/^\s*content-type\s*:/im.test(written)) {
    parts.push(`{ name: 'Content-Type', value: ${quoted(body.contentType)} }`);
  }
  return parts.length === 0 ? [] : `{{ [${parts.join(', ')}] }}`;
}

export const httpRequest: Mapping = ({ data, names, report }) => {
  const method = textIn(data.method).toUpperCase() || 'GET';
  if (!METHODS.has(method)) return report.unsupported(`The method ${method}`, 'method');
  const body = bodyOf(data, names, report);
  if (body === null) return null;
  const { bodyType, body: content, fields } = body;
  const query = textIn(data.params);
  const fails = data.error_strategy !== undefined || membersOf(data.retry_config).retry_enabled === true;
  const read = membersOf(data.timeout).read ?? membersOf(data.timeout).max_read_timeout;
  return {
    type: 'http-request',
    with: {
      method,
      url: `{{ (${names.textCode(textIn(data.url))}).trim() }}`,
      headers: headersOf(data, names, body),
      query: query.trim() === '' ? [] : `{{ $pairs(${names.textCode(query)}) }}`,
      bodyType,
      ...(content === undefined ? {} : { body: content }),
      ...(fields === undefined ? {} : { fields }),
      ...(typeof read === 'number' && read > 0 ? { timeout: `${read}s` } : {}),
      ...(data.ssl_verify === false ? { insecure: true } : {}),
      ...(fails ? {} : { neverError: true }),
      idempotencyKey: false,
      answer: 'dify',
    },
    errorTypes: { 'http-status': 'HTTPResponseCodeError', '': 'HttpRequestNodeError' },
  };
};
