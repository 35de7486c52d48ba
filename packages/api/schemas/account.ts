/** Owns people, sessions, tokens, secrets and settings as the API gives and takes them. Values of secrets go in only. */
import { z } from 'zod';
import { ROLES, TOKEN_SCOPES } from '../access.ts';
import { id, json, time } from './shared.ts';

export const role = z.enum(ROLES);
export const tokenScope = z.enum(TOKEN_SCOPES as unknown as [string, ...string[]]);

const name = z.string().trim().min(1).max(100);
const password = z.string().min(12, 'At least 12 characters.').max(1000);

export const setupBody = z.object({
  token: z.string().min(1).max(200).describe('From the link that the server prints at its first start.'),
  name,
  password,
});

const given = z.string().min(1).max(1000);
const code = z.string().min(6).max(40).describe('Six digits of an authenticator app, or a recovery code.');

export const signInBody = z.object({
  name,
  password: given,
  code: code.optional().describe('For who has a second factor: without it, the answer is 401 with code-needed.'),
});

export const passwordBody = z.object({ current: given, password });

export const secondFactor = z.object({
  on: z.boolean(),
  codesLeft: z.number().int().describe('Recovery codes that were not used yet.'),
});
export const secondFactorBegin = z.object({ password: given });
export const secondFactorSecret = z.object({
  secret: z.string().describe('Base32, for an authenticator app. Shown this once.'),
  link: z.string().describe('otpauth://, which such an app opens.'),
});
export const secondFactorConfirm = z.object({ code });
export const secondFactorCodes = z.object({ codes: z.array(z.string()).describe('Recovery codes. Shown this once.') });
export const secondFactorEnd = z.object({ password: given, code: z.string().max(40) });

export const me = z.object({
  name: z.string(),
  role,
  scopes: z.array(z.string()),
  /** Nobody owns this installation yet. */
  setup: z.boolean(),
});

export const session = z.object({
  id,
  current: z.boolean(),
  createdAt: time,
  seenAt: time,
  agent: z.string(),
  address: z.string(),
});

export const person = z.object({
  id,
  name: z.string(),
  role,
  createdAt: time,
  seenAt: time.nullable(),
  secondFactor: z.boolean(),
});
export const personBody = z.object({ name, password, role: role.exclude(['owner']) });
export const personPatch = z.object({ role: role.exclude(['owner']).optional(), password: password.optional() });

export const token = z.object({
  id,
  name: z.string(),
  scopes: z.array(tokenScope),
  createdAt: time,
  createdBy: z.string(),
  expiresAt: time.nullable(),
  usedAt: time.nullable(),
  /** Only these workflows; empty: all. */
  workflows: z.array(id),
});
export const tokenBody = z.object({
  name,
  scopes: z.array(tokenScope).min(1),
  expiresAt: time.nullable().default(null),
  workflows: z.array(id).max(1000).default([]),
});
export const newToken = token.extend({ secret: z.string().describe('Shown this once.') });

export const secretVerdict = z.enum(['accepted', 'refused', 'unclear', 'unreachable']);

/** The smallest call that sends a secret and changes nothing. */
export const secretTest = z.object({
  called: z.string().describe('Method and address, without the secret.'),
  status: z.number().int().nullable().describe('Of the answer; null: there was none.'),
  verdict: secretVerdict,
  detail: z.string().describe('What that means.'),
});
export const secretTestBody = z.object({
  url: z.string().max(2_000).optional().describe('Where to; default: what a workflow says that uses it.'),
});

export const secret = z.object({
  name: z.string(),
  hosts: z.array(z.string()).describe('Where it may be sent; empty: anywhere.'),
  changedAt: time,
  usedAt: time.nullable(),
  /** The last characters, to tell it from another. */
  ending: z.string(),
  usedBy: z.array(z.object({ id, name: z.string() })),
  tested: z.object({ at: time, called: z.string(), verdict: secretVerdict }).nullable(),
});
export const secretBody = z.object({
  value: z.string().min(1).max(100_000).optional().describe('Absent: stays as it is.'),
  hosts: z.array(z.string().max(300)).max(100).optional().describe('Where it may be sent; absent: stays as it is.'),
});

export const setting = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  type: z.enum(['text', 'number', 'boolean', 'duration', 'list']),
  value: json,
  default: json,
  /** Where the value comes from; what a flag or the environment fixes cannot be changed here. */
  from: z.enum(['flag', 'environment', 'file', 'here', 'default']),
  /** It is set by how the server is started and cannot be changed here. */
  fixed: z.boolean(),
});

export const retention = z.object({
  oldestEndedAt: time.nullable().describe('When the oldest run that is kept ended.'),
  due: z.number().int().describe('Runs that go with the next round; no more than 1,000 are counted.'),
  everyMs: z.number().int().describe('Between two rounds.'),
  last: z.object({ at: time, deleted: z.number().int() }).nullable().describe('The last round since the start.'),
});

export const auditEntry = z.object({
  id: z.number().int(),
  at: time,
  who: z.string(),
  action: z.string(),
  object: z.string().nullable(),
  address: z.string().nullable(),
});

export type Me = z.output<typeof me>;
export type Person = z.output<typeof person>;
export type SecretTest = z.output<typeof secretTest>;
export type Secret = z.output<typeof secret>;
export type Setting = z.output<typeof setting>;
