/**
 * Owns reading the trigger nodes of a definition: their parameters as typed values with defaults, or
 * diagnostics. The compiler has checked shapes and enums already. Does not act on them.
 */
import { z } from 'zod';
import { diagnostic, type Diagnostic } from '@rondo/core/errors.ts';
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import { responseHeaders } from '@rondo/nodes/respond/response.ts';
import { makeSchedule, type Schedule } from '@rondo/runtime/triggers/schedule.ts';
import { readForm, type FormSettings } from '../forms/settings.ts';
import { readPath, slugOf, type PathPattern } from './paths.ts';
import { WaitTime } from './wait-time.ts';

export type Trigger = { node: string } & (
  | { kind: 'schedule'; schedule: Schedule }
  | { kind: 'webhook'; path: PathPattern; webhook: WebhookSettings }
  | { kind: 'form'; path: PathPattern; form: FormSettings }
  | { kind: 'error'; workflows: string[] }
);

const Text = z.string().min(1).max(500);
const HeaderName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,128}$/, 'is not the name of a header')
  .toLowerCase();

const Auth = z.discriminatedUnion('type', [
  z.object({ type: z.literal('none') }),
  z.object({ type: z.literal('basic'), user: Text, secret: Text }),
  z.object({ type: z.literal('bearer'), secret: Text }),
  z.object({ type: z.literal('header'), header: HeaderName, secret: Text }),
  z.object({
    type: z.literal('hmac'),
    secret: Text,
    header: HeaderName.default('x-signature'),
    algorithm: z.enum(['sha256', 'sha512', 'sha1']).default('sha256'),
    encoding: z.enum(['hex', 'base64']).default('hex'),
    prefix: z.string().max(100).default(''),
    timestampHeader: HeaderName.optional(),
  }),
  z.object({ type: z.literal('standard-webhooks'), secret: Text }),
]);
export type WebhookAuth = z.infer<typeof Auth>;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const Origin = z.string().refine((text) => text === '*' || (URL.canParse(text) && new URL(text).origin === text), {
  message: 'must be * or an origin such as https://example.org',
});

const Webhook = z.object({
  methods: z
    .array(z.string().toUpperCase().pipe(z.enum(METHODS)))
    .min(1)
    .default(['POST']),
  auth: Auth.default({ type: 'none' }),
  body: z.enum(['auto', 'json', 'form', 'text', 'binary']).default('auto'),
  rawBody: z.boolean().default(false),
  maxBytes: z.int().default(16 * 1024 * 1024),
  respond: z.enum(['immediately', 'done', 'node']).default('immediately'),
  status: z.int().optional(),
  headers: z
    .record(z.string(), z.any())
    .default({})
    .transform((given) => responseHeaders(given as Record<string, Json>)),
  answer: z.any().optional(),
  timeout: WaitTime,
  cors: z.array(Origin).default([]),
  idempotencyHeader: HeaderName.optional(),
});
export type WebhookSettings = z.infer<typeof Webhook>;

const ScheduleNode = z.object({
  cron: z
    .union([Text, z.array(Text).min(1)])
    .transform((value) => (typeof value === 'string' ? [value] : value))
    .optional(),
  every: z.union([z.string(), z.number()]).optional(),
  timezone: Text.optional(),
  missed: z.enum(['skip', 'once', 'all']).default('once'),
  overlap: z.enum(['allow', 'skip', 'queue']).default('allow'),
  most: z.int().default(100),
});

const ErrorNode = z.object({ workflows: z.array(Text).default([]) });

/** Parts in front of /hooks that are the server's own. */
const RESERVED = new Set(['wait']);

export function readTriggers(
  definition: Definition,
  registry: NodeRegistry,
): { triggers: Trigger[]; diagnostics: Diagnostic[] } {
  const triggers: Trigger[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [node, spec] of Object.entries(definition.nodes)) {
    const kind = registry.get(spec.type)?.trigger;
    if (kind === undefined || spec.disabled === true) continue;
    const path = ['nodes', node, ...(spec.with === undefined ? [] : ['with'])];
    try {
      const trigger = readTrigger(kind, node, spec, definition);
      if (trigger !== null) triggers.push(trigger);
    } catch (error) {
      for (const message of messagesOf(error)) {
        diagnostics.push(diagnostic('bad-value', path, `${node} (${spec.type}): ${message}`, { node }));
      }
    }
  }
  return { triggers, diagnostics };
}

function readTrigger(kind: string, node: string, spec: NodeDefinition, definition: Definition): Trigger | null {
  const given = spec.with ?? {};
  if (kind === 'manual' || kind === 'workflow') return null;
  const template = Object.entries(given).find(([, value]) => holdsTemplate(value))?.[0];
  if (template !== undefined) {
    throw new Error(`${template} is read before any run starts: it cannot hold an expression.`);
  }
  const addressOf = (): PathPattern =>
    readPath(typeof given.path === 'string' ? given.path : slugOf(definition.id ?? definition.name));
  switch (kind) {
    case 'schedule': {
      const { cron, every, timezone, ...policies } = ScheduleNode.parse(given);
      const schedule = makeSchedule({
        ...policies,
        ...(cron === undefined ? {} : { cron }),
        ...(every === undefined ? {} : { every }),
        timezone: timezone ?? definition.settings?.timezone ?? 'UTC',
      });
      return { kind, node, schedule };
    }
    case 'webhook': {
      const path = addressOf();
      if (RESERVED.has(path.parts[0] ?? '')) throw new Error(`path: /hooks/${path.parts[0]} belongs to the server.`);
      return { kind, node, path, webhook: Webhook.parse(given) };
    }
    case 'form':
      return { kind, node, path: addressOf(), form: readForm(given, definition.name) };
    case 'error':
      return { kind, node, workflows: ErrorNode.parse(given).workflows };
    default:
      return null;
  }
}

function holdsTemplate(value: Json): boolean {
  if (typeof value === 'string') return value.includes('{{');
  return value !== null && typeof value === 'object' && Object.values(value).some(holdsTemplate);
}

function messagesOf(error: unknown): string[] {
  if (error instanceof z.ZodError) {
    return error.issues.slice(0, 20).map((issue) => `${issue.path.join('.') || 'parameters'}: ${issue.message}`);
  }
  return [error instanceof Error ? error.message : String(error)];
}
