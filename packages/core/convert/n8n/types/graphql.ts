/**
 * Owns the mapping of GraphQL. Its errors are the texts of the answer.
 */
import { jsonText } from '../../json-text.ts';
import { isExpression, literal, parameter, raw, type Mapping } from '../node.ts';
import { connectionOf, requestLoop } from './http-connection.ts';
import { namedAuthentication } from './credentials.ts';
import { requestMessages } from './http-errors.ts';
import { hasAny, namedValues } from './http-values.ts';

export const graphql: Mapping = (node, report) => {
  const auth = namedAuthentication(node, report);
  if (auth === null) return null;
  const query = raw(node, 'query', '');
  const format = raw(node, 'requestFormat', node.typeVersion >= 1.1 ? 'json' : 'graphql');
  const headers = namedValues(raw(node, 'headerParametersUi.parameter', []), 'last');
  const variables = format === 'json' ? parameter(node, 'variables', '') : '';
  const operation = format === 'json' ? parameter(node, 'operationName', '') : '';
  const { parallel = 1 } = requestLoop(node, -1, 0, report);
  return {
    type: 'graphql',
    with: {
      url: parameter(node, 'endpoint', ''),
      ...(isExpression(query) ? { queryTemplate: parameter(node, 'query', '') } : { query }),
      ...(variables === '' ? {} : { variables }),
      ...(operation === '' ? {} : { operationName: operation }),
      method: raw(node, 'requestMethod', 'POST'),
      bodyType: format,
      answer: raw(node, 'responseFormat', 'json') === 'string' ? 'text' : 'body',
      property: literal(jsonText(raw(node, 'dataPropertyName', 'data'))),
      ...(hasAny(headers) ? { headers } : {}),
      ...(auth === undefined ? {} : { auth }),
      ...connectionOf(node, report),
      messages: {
        ...requestMessages('String'),
        variables: 'Using variables failed:\n{value}\n\nGraphQL variables should be either an object or a string.',
        errors: '{value}',
      },
      idempotencyKey: false,
    },
    loop: { parallel },
  };
};
