/** Owns the parameters that nodes with HTTP requests share. Does not read them. */
import type { ParameterSpec } from '@rondo/core/model/node-type.ts';
import { SECRET_FIELDS } from '../secret-fields.ts';

export const AUTH_TYPES = ['none', 'basic', 'bearer', 'header', 'query', 'digest', 'oauth2', 'aws'] as const;

export const AUTH: ParameterSpec = {
  type: 'object',
  description: 'Credentials. Name a secret rather than writing the value; the value never becomes item data.',
  fields: {
    type: { type: 'string', description: 'Kind.', default: 'none', enum: AUTH_TYPES },
    secret: {
      type: 'string',
      description:
        'Name of the secret that holds the password, token, value, client secret (oauth2) or secret access key (aws).',
    },
    secrets: SECRET_FIELDS,
    user: { type: 'string', description: 'basic, digest: user name.' },
    password: { type: 'string', description: 'basic, digest: password, when no secret is named.' },
    token: { type: 'string', description: 'bearer: token, when no secret is named.' },
    name: { type: 'string', description: 'header, query: name of the header or query parameter.' },
    value: { type: 'string', description: 'header, query: value, when no secret is named.' },
    tokenUrl: { type: 'string', description: 'oauth2: address that gives tokens.' },
    clientId: { type: 'string', description: 'oauth2: id of the client.' },
    refreshSecret: {
      type: 'string',
      description:
        'oauth2: name of the secret that holds a refresh token. Without it, the client gets tokens for itself (client credentials).',
    },
    scope: { type: 'string', description: 'oauth2: scopes, separated by spaces.' },
    audience: { type: 'string', description: 'oauth2: audience, where the server wants one.' },
    clientAuth: {
      type: 'string',
      description: 'oauth2: where the client secret is sent: header (Basic) or body.',
      default: 'header',
      enum: ['header', 'body'],
    },
    accessKeyId: { type: 'string', description: 'aws: id of the access key.' },
    sessionSecret: { type: 'string', description: 'aws: name of the secret that holds a session token.' },
    region: { type: 'string', description: 'aws: region. Default: from the address, else us-east-1.' },
    service: { type: 'string', description: 'aws: service such as execute-api or s3. Default: from the address.' },
  },
};

export const CONNECTION: Record<string, ParameterSpec> = {
  timeout: { type: 'duration', description: 'Whole request, redirects included. Default: limit http.ms.' },
  insecure: { type: 'boolean', description: 'Accept certificates that cannot be verified.', default: false },
  proxy: {
    type: 'object',
    description: 'Proxy that the request goes through.',
    fields: {
      url: { type: 'string', description: 'http://host:port or https://host:port.', required: true },
      user: { type: 'string', description: 'User name at the proxy.' },
      secret: { type: 'string', description: 'Name of the secret that holds the password at the proxy.' },
    },
  },
  certificate: {
    type: 'object',
    description: 'Certificate that this client shows, and the authority it trusts. Each field names a secret (PEM).',
    fields: {
      cert: { type: 'string', description: 'Secret with the client certificate.' },
      key: { type: 'string', description: 'Secret with its private key.' },
      passphrase: { type: 'string', description: 'Secret with the passphrase of the key.' },
      ca: { type: 'string', description: 'Secret with the certificate of the authority that signed the server.' },
    },
  },
};
