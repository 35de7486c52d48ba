/** Owns the parameters of a Form trigger as typed values with defaults. Throws what the author has to correct. */
import { z } from 'zod';
import type { Json } from '@rondo/core/model/item.ts';
import { WaitTime } from '../triggers/wait-time.ts';

const MOST_FIELDS = 200;
const MOST_OPTIONS = 2_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const Name = z.string().min(1).max(200);
const Words = z.string().max(5_000);

const Field = z
  .object({
    name: Name.refine((name) => !name.startsWith('$'), 'must not start with $'),
    label: Words.optional(),
    type: z
      .enum([
        'text',
        'textarea',
        'number',
        'email',
        'password',
        'date',
        'select',
        'multi-select',
        'checkbox',
        'file',
        'hidden',
      ])
      .default('text'),
    required: z.boolean().default(false),
    help: Words.optional(),
    placeholder: Words.optional(),
    default: z.any().optional(),
    options: z
      .array(z.union([z.string(), z.number()]).transform(String))
      .max(MOST_OPTIONS)
      .default([]),
    min: z.union([z.number(), z.string().regex(DAY)]).optional(),
    max: z.union([z.number(), z.string().regex(DAY)]).optional(),
    maxLength: z.int().default(10_000),
    multiple: z.boolean().default(false),
    accept: Words.optional(),
  })
  .superRefine((field, context) => {
    const needs = field.type === 'select' || field.type === 'multi-select';
    if (needs && field.options.length === 0) {
      context.addIssue({ code: 'custom', message: `${field.name} needs options`, path: ['options'] });
    }
    if (new Set(field.options).size < field.options.length) {
      context.addIssue({ code: 'custom', message: `${field.name} has an option twice`, path: ['options'] });
    }
  });
export type FormField = z.infer<typeof Field>;

const Auth = z.discriminatedUnion('type', [
  z.object({ type: z.literal('none') }),
  z.object({ type: z.literal('basic'), user: Name, secret: Name }),
]);

/** A path of this server, or a whole https address that the author wrote: never one from data. */
const Redirect = z
  .string()
  .refine(
    (text) =>
      /^\/(?![/\\])[^\\\u0000-\u0020]*$/.test(text) || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)),
    'must be a path such as /thanks or an https address',
  );

const Form = z.object({
  title: Words.optional(),
  description: Words.optional(),
  fields: z.array(Field).min(1).max(MOST_FIELDS),
  button: z.string().max(200).default('Send'),
  auth: Auth.default({ type: 'none' }),
  maxBytes: z.int().default(16 * 1024 * 1024),
  respond: z.enum(['immediately', 'done', 'node']).default('immediately'),
  completion: Words.default('Thank you. Your answers were received.'),
  redirect: Redirect.optional(),
  timeout: WaitTime,
});

export type FormSettings = Omit<z.infer<typeof Form>, 'title'> & { title: string };

export function readForm(given: Record<string, Json>, name: string): FormSettings {
  const form = Form.parse(given);
  const names = new Set<string>();
  for (const field of form.fields) {
    if (names.has(field.name)) throw new Error(`fields: ${field.name} is there twice.`);
    names.add(field.name);
  }
  return { ...form, title: form.title ?? name };
}
