/**
 * Owns how credentials that a n8n node names become `auth` with names of secrets. A file never holds the values, so
 * a secret is named after its credential, and a further field after the credential and the field.
 */
import type { Json } from '../../../model/item.ts';
import { raw, type N8nNode, type Report } from '../node.ts';
import { entryOf } from './options.ts';

type Auth = { [key: string]: Json };

/** Name of the secret for a field of the credential; its main value has the name of the credential. */
export function secretOf(node: N8nNode, credential: string, field?: string): string {
  const given = Object.hasOwn(node.credentials, credential) ? node.credentials[credential] : undefined;
  // What a secret may be called is a little less than what a credential may be.
  const name = (given?.name ?? credential).replace(/[=[\]\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim() || credential;
  return field === undefined ? name : `${name} ${field}`;
}

function stored(node: N8nNode, credential: string, type: string, fields: readonly string[]): Auth {
  const secrets = Object.fromEntries(fields.map((field) => [field, secretOf(node, credential, field)]));
  return { type, secret: secretOf(node, credential), ...(fields.length === 0 ? {} : { secrets }) };
}

const GENERIC: Readonly<Record<string, (node: N8nNode, credential: string) => Auth>> = {
  httpBasicAuth: (node, credential) => stored(node, credential, 'basic', ['user']),
  httpDigestAuth: (node, credential) => stored(node, credential, 'digest', ['user']),
  httpBearerAuth: (node, credential) => stored(node, credential, 'bearer', []),
  httpHeaderAuth: (node, credential) => stored(node, credential, 'header', ['name']),
  httpQueryAuth: (node, credential) => stored(node, credential, 'query', ['name']),
  oAuth2Api: (node, credential) => ({
    ...stored(node, credential, 'oauth2', ['tokenUrl', 'clientId']),
    refreshSecret: secretOf(node, credential, 'refreshToken'),
  }),
};

/** Services whose credentials are one token in a header. */
const TOKENS: Readonly<Record<string, { header?: string }>> = {
  airtableTokenApi: {},
  anthropicApi: { header: 'x-api-key' },
  asanaApi: {},
  clickUpApi: { header: 'authorization' },
  deepSeekApi: {},
  discordBotApi: { header: 'authorization' },
  githubApi: {},
  gitlabApi: { header: 'private-token' },
  groqApi: {},
  hubspotAppToken: {},
  huggingFaceApi: {},
  linearApi: { header: 'authorization' },
  mistralCloudApi: {},
  notionApi: {},
  openAiApi: {},
  openRouterApi: {},
  sendGridApi: {},
  slackApi: {},
  stripeApi: {},
  telegramApi: {},
  xAiApi: {},
};

/** `auth` for a type of credential; null, and said, when there is no way. */
export function authOf(node: N8nNode, credential: Json, report: Report, parameter: string): Auth | null {
  if (typeof credential === 'string' && Object.hasOwn(GENERIC, credential)) {
    return GENERIC[credential]?.(node, credential) ?? null;
  }
  if (typeof credential === 'string' && Object.hasOwn(TOKENS, credential)) {
    const { header } = TOKENS[credential] ?? {};
    const secret = secretOf(node, credential);
    return header === undefined ? { type: 'bearer', secret } : { type: 'header', name: header, secret };
  }
  const name = typeof credential === 'string' && credential !== '' ? credential : 'that are chosen by an expression';
  report.unsupported(
    `credentials ${name} cannot be used. Take generic ones: basic, bearer, header or query.`,
    parameter,
  );
  return null;
}

/** `auth` of nodes from version 3 of HTTP Request on: `authentication` and the type it names. Undefined: none. */
export function authentication(node: N8nNode, report: Report): Auth | null | undefined {
  const kind = raw(node, 'authentication', 'none');
  if (kind === 'none') return undefined;
  if (kind === 'genericCredentialType')
    return authOf(node, raw(node, 'genericAuthType', ''), report, 'genericAuthType');
  if (kind === 'predefinedCredentialType') {
    return authOf(node, raw(node, 'nodeCredentialType', ''), report, 'nodeCredentialType');
  }
  report.unsupported(`authentication ${JSON.stringify(kind)} is not known.`, 'authentication');
  return null;
}

const OLD: Readonly<Record<string, string>> = {
  basicAuth: 'httpBasicAuth',
  digestAuth: 'httpDigestAuth',
  headerAuth: 'httpHeaderAuth',
  queryAuth: 'httpQueryAuth',
  oAuth2: 'oAuth2Api',
};

/** The same for the way in which older nodes name it. */
export function namedAuthentication(node: N8nNode, report: Report): Auth | null | undefined {
  const kind = raw(node, 'authentication', 'none');
  if (kind === 'none') return undefined;
  const credential = entryOf(OLD, kind);
  if (credential !== undefined) return authOf(node, credential, report, 'authentication');
  report.unsupported(`authentication ${JSON.stringify(kind)} is not supported.`, 'authentication');
  return null;
}
