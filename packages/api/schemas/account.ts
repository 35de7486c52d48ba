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

export const signInBody = z.object({ name, password: z.string().min(1).max(1000) });

export const passwordBody = z.object({ current: z.string().min(1).max(1000), password });

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

export const person = z.object({ id, name: z.string(), role, createdAt: time, seenAt: time.nullable() });
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

export const secret = z.object({
  name: z.string(),
  hosts: z.array(z.string()).describe('Where it may be sent; empty: anywhere.'),
  changedAt: time,
  usedAt: time.nullable(),
  /** The last characters, to tell it from another. */
  ending: z.string(),
  usedBy: z.array(z.object({ id, name: z.string() })),
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
export type Secret = z.output<typeof secret>;
export type Setting = z.output<typeof setting>;
