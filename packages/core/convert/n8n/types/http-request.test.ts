import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../errors.ts';
import type { NodeDefinition } from '../../../model/definition.ts';
import type { Json } from '../../../model/item.ts';
import { convertN8n } from '../convert.ts';

interface Made {
  node: NodeDefinition;
  said: Diagnostic[];
}

function mapped(
  type: string,
  typeVersion: number,
  parameters: Record<string, Json>,
  more: Record<string, Json> = {},
): Made {
  const { definition, diagnostics } = convertN8n(
    {
      nodes: [
        { name: 'Begin', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, parameters: {} },
        { name: 'It', type: `n8n-nodes-base.${type}`, typeVersion, parameters, ...more },
      ],
      connections: { Begin: { main: [[{ node: 'It', type: 'main', index: 0 }]] } },
    },
    { strict: false, file: 'a.json' },
  );
  return { node: definition?.nodes['It'] ?? { type: 'none' }, said: diagnostics };
}

const http = (parameters: Record<string, Json>, version = 4.2, more: Record<string, Json> = {}): Made =>
  mapped('httpRequest', version, { url: 'https://example.com/a', ...parameters }, more);
const withOf = (made: Made): Record<string, Json> => made.node.with ?? {};
const errors = ({ said }: Made): string[] => said.filter((one) => one.severity === 'error').map((one) => one.message);

describe('the request', () => {
  it('query, headers and JSON body, one by one', () => {
    const made = http({
      method: 'POST',
      url: '=https://example.com/{{ $json.id }}',
      sendQuery: true,
      queryParameters: { parameters: [{ name: 'a', value: '={{ $json.a }}' }] },
      sendHeaders: true,
      headerParameters: { parameters: [{ name: 'Accept', value: 'text/csv' }] },
      sendBody: true,
      bodyParameters: { parameters: [{ name: 'x', value: 'plain {{ text }}' }] },
    });
    expect(withOf(made)).toMatchObject({
      method: 'POST',
      url: 'https://example.com/{{ $json.id }}',
      query: { a: '{{ $json.a }}' },
      headers: { Accept: 'text/csv' },
      bodyType: 'json',
      body: { x: 'plain \\{{ text }}' },
      idempotencyKey: false,
    });
    expect(made.node.loop).toEqual({ parallel: 50 });
  });

  it.each([
    [4.2, 'two'],
    [4.3, ['one', 'two']],
  ])('a name that repeats, in version %d: %j', (version, expected) => {
    const parameters = [
      { name: 'a', value: 'one' },
      { name: 'a', value: 'two' },
    ];
    expect(withOf(http({ sendQuery: true, queryParameters: { parameters } }, version))['query']).toEqual({
      a: expected,
    });
  });

  it('names that are computed become pairs', () => {
    const parameters = [{ name: '={{ $json.key }}', value: 1 }];
    const made = http({
      sendQuery: true,
      queryParameters: { parameters },
      sendBody: true,
      bodyParameters: { parameters },
    });
    const pairs = [{ name: '{{ $json.key }}', value: 1 }];
    expect(withOf(made)).toMatchObject({ query: pairs, fields: pairs });
  });

  it('JSON that is fixed keeps its braces as text; JSON that is not stays text to be checked', () => {
    const body = (jsonBody: Json): Record<string, Json> =>
      withOf(http({ sendBody: true, specifyBody: 'json', jsonBody }));
    expect(body('{"a":"{{ b }}"}')).toMatchObject({ bodyType: 'json', body: { a: '\\{{ b }}' } });
    expect(body('{"a": 1,}')).toMatchObject({ bodyType: 'jsonText', body: '{"a": 1,}' });
    expect(body('={ "a": "{{ $json.a }}" }')).toMatchObject({ bodyType: 'jsonText', body: '{ "a": "{{ $json.a }}" }' });
  });

  it.each([
    ['form-urlencoded', { specifyBody: 'string', body: 'a=1' }, { bodyType: 'form', body: 'a=1' }],
    ['binaryData', { inputDataFieldName: 'file' }, { bodyType: 'binary', body: { itemFile: 'file' } }],
    [
      'raw',
      { body: '<a/>', rawContentType: 'text/xml' },
      { bodyType: 'raw', body: '<a/>', headers: { 'content-type': 'text/xml' } },
    ],
    [
      'multipart-form-data',
      { bodyParameters: { parameters: [{ parameterType: 'formBinaryData', name: 'f', inputDataFieldName: 'data' }] } },
      { bodyType: 'multipart', body: { f: { itemFile: 'data' } } },
    ],
  ])('a body of the kind %s', (contentType, parameters, expected) => {
    expect(
      withOf(http({ method: 'POST', sendBody: true, contentType, ...parameters } as Record<string, Json>)),
    ).toMatchObject(expected);
  });

  it.each([
    [3, {}, 0],
    [4, {}, 10],
    [4, { redirect: { redirect: { followRedirects: false } } }, 0],
    [3, { redirect: { redirect: { followRedirects: true, maxRedirects: 3 } } }, 3],
  ])('redirects in version %d with %j: %d', (version, options, expected) => {
    expect(withOf(http({ options } as Record<string, Json>, version))['redirects']).toBe(expected);
  });

  it('versions 1 and 2 by their own names', () => {
    const parameters = {
      requestMethod: 'POST',
      responseFormat: 'string',
      dataPropertyName: 'said',
      bodyParametersUi: { parameter: [{ name: 'a', value: 'b' }] },
      options: {
        bodyContentType: 'form-urlencoded',
        fullResponse: true,
        splitIntoItems: true,
        batchSize: 2,
        batchInterval: 10,
      },
    };
    const made = http(parameters, 1);
    expect(withOf(made)).toMatchObject({
      method: 'POST',
      response: 'text',
      property: 'said',
      full: true,
      split: true,
      bodyType: 'form',
      body: { a: 'b' },
      redirects: 10,
    });
    expect(made.node.loop).toEqual({ parallel: 50, rate: { count: 2, per: 10 } });
  });
});

it('options that are not known are said to be left out', () => {
  const { said } = http({ options: { timeout: 5, someNewThing: true } });
  expect(said).toMatchObject([
    { code: 'differs', severity: 'warning', path: expect.arrayContaining(['options', 'someNewThing']) as unknown },
  ]);
});

describe('credentials', () => {
  const given = (name: string): Record<string, Json> => ({ credentials: { [name]: { id: '1', name: 'My key' } } });

  it.each([
    ['httpBasicAuth', { type: 'basic', secret: 'My key', secrets: { user: 'My key user' } }],
    ['httpHeaderAuth', { type: 'header', secret: 'My key', secrets: { name: 'My key name' } }],
    ['httpBearerAuth', { type: 'bearer', secret: 'My key' }],
  ])('%s names secrets', (genericAuthType, auth) => {
    const parameters = { authentication: 'genericCredentialType', genericAuthType };
    expect(withOf(http(parameters, 4.2, given(genericAuthType)))['auth']).toEqual(auth);
  });

  it('those of a service that is one token, and those that are not', () => {
    const known = http(
      { authentication: 'predefinedCredentialType', nodeCredentialType: 'openAiApi' },
      4.2,
      given('openAiApi'),
    );
    expect(withOf(known)['auth']).toEqual({ type: 'bearer', secret: 'My key' });
    const unknown = http({ authentication: 'predefinedCredentialType', nodeCredentialType: 'someOAuth2Api' });
    expect(errors(unknown)).toEqual([expect.stringContaining('someOAuth2Api')]);
    expect(errors(mapped('httpRequest', 1, { url: 'x', authentication: 'oAuth1' }))).toHaveLength(1);
  });
});

describe('when it fails', () => {
  it('the item that stands for it is an object, with details from 4.5 on', () => {
    const fallback = (version: number, onError: string): string =>
      String(http({}, version, { onError }).node.loop?.fallback ?? '');
    expect(fallback(4.4, 'stopWorkflow')).toBe('');
    expect(fallback(4.4, 'continueRegularOutput')).toMatch(/^\{\{ [^]*AxiosError[^]*\}\}$/);
    expect(fallback(4.4, 'continueRegularOutput')).not.toContain('details');
    expect(fallback(4.5, 'continueRegularOutput')).toContain('details');
    expect(fallback(4.5, 'continueErrorOutput')).toContain('...$json');
  });
});

describe('pages', () => {
  const paged = (pagination: Record<string, Json>): Made => http({ options: { pagination: { pagination } } });

  it('values for each request, until the answer is empty', () => {
    const made = paged({
      parameters: { parameters: [{ type: 'qs', name: 'page', value: '={{ $pageCount + 1 }}' }] },
      limitPagesFetched: true,
      maxRequests: 3,
      requestInterval: 5,
    });
    expect(withOf(made)['pagination']).toEqual({
      mode: 'parameters',
      query: { page: '{{ $pageCount + 1 }}' },
      completeWhen: 'empty',
      anyStatus: true,
      maxPages: 3,
      interval: 5,
    });
    expect(made.node.loop).toEqual({ limit: 100_000 });
  });

  it.each([
    [
      { paginationCompleteWhen: 'receiveSpecificStatusCodes', statusCodesWhenComplete: '404, 410' },
      { completeWhen: [404, 410] },
    ],
    [
      { paginationCompleteWhen: 'other', completeExpression: '={{ !$response.body.next }}' },
      { completeWhen: '{{ !$response.body.next }}' },
    ],
  ])('the address of the next page, until %j', (end, expected) => {
    const made = paged({ paginationMode: 'responseContainsNextURL', nextURL: '={{ $response.body.next }}', ...end });
    expect(withOf(made)['pagination']).toEqual({ mode: 'nextUrl', url: '{{ $response.body.next }}', ...expected });
  });

  it('what cannot be known before is named with its place', () => {
    const made = paged({ parameters: { parameters: [{ type: 'qs', name: '', value: 'x' }] } });
    expect(made.said).toMatchObject([
      { code: 'not-supported', path: expect.arrayContaining(['options', 'pagination', 'parameters', 0]) as unknown },
    ]);
    expect(errors(paged({ paginationCompleteWhen: 'other' }))).toHaveLength(1);
  });

  it('off is no pagination', () => {
    expect(withOf(paged({ paginationMode: 'off' }))).not.toHaveProperty('pagination');
  });
});

describe('other requests', () => {
  it('GraphQL: fixed text as it is, expressions as a template', () => {
    const fixed = mapped('graphql', 1, {
      endpoint: 'https://example.com',
      requestFormat: 'json',
      query: '{ a { b } }',
      variables: '={{ $json.v }}',
    });
    expect(withOf(fixed)).toMatchObject({
      query: '{ a { b } }',
      variables: '{{ $json.v }}',
      bodyType: 'json',
      answer: 'body',
    });
    const made = mapped('graphql', 1, { endpoint: 'https://example.com', query: '={ a(id: {{ $json.id }}) }' });
    expect(withOf(made)).toMatchObject({ queryTemplate: '{ a(id: {{ $json.id }}) }', bodyType: 'graphql' });
  });

  it('RSS: once in version 1, for each item after', () => {
    const options = { customFields: 'a, b' };
    expect(mapped('rssFeedRead', 1, { url: 'https://example.com', options }).node).toMatchObject({
      with: { entries: 'elements', extra: ['a', 'b'] },
      executeOnce: true,
    });
    expect(mapped('rssFeedRead', 1.2, { url: 'x' }).node.executeOnce).toBeUndefined();
  });
});
