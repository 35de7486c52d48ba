/**
 * Owns turning what a form sent into values: by the type of each field, with every mistake named. Only
 * declared fields are taken. Does not read requests.
 */
import type { Json } from '@rondo/core/model/item.ts';
import type { FormField, FormSettings } from './settings.ts';

export interface Sent {
  /** In the order they came. */
  texts: ReadonlyMap<string, readonly string[]>;
  /** Field names by which files came, and how many. */
  files: ReadonlyMap<string, number>;
}

export interface FormValues {
  values: Record<string, Json>;
  wrong: Map<string, string>;
}

const EMAIL = /^[^\s@"<>]{1,64}@[^\s@"<>.]+(\.[^\s@"<>.]+)+$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function readValues(form: FormSettings, sent: Sent): FormValues {
  // Field names are data: __proto__ is one like any other.
  const values = Object.create(null) as Record<string, Json>;
  const wrong = new Map<string, string>();
  for (const field of form.fields) {
    if (field.type === 'hidden') {
      values[field.name] = (field.default ?? null) as Json;
      continue;
    }
    if (field.type === 'file') {
      const count = sent.files.get(field.name) ?? 0;
      if (field.required && count === 0) wrong.set(field.name, 'choose a file.');
      else if (!field.multiple && count > 1) wrong.set(field.name, 'one file is the most.');
      continue;
    }
    const texts = sent.texts.get(field.name) ?? [];
    const read = readField(field, texts);
    if ('message' in read) wrong.set(field.name, read.message);
    else values[field.name] = read.value;
  }
  return { values, wrong };
}

type Read = { value: Json } | { message: string };

function readField(field: FormField, texts: readonly string[]): Read {
  if (field.type === 'checkbox') {
    const value = texts[0] === 'on';
    return field.required && !value ? { message: 'must be ticked.' } : { value };
  }
  if (field.type === 'multi-select') {
    if (texts.some((text) => !field.options.includes(text))) return { message: 'choose from the list.' };
    const chosen = field.options.filter((option) => texts.includes(option));
    return field.required && chosen.length === 0 ? { message: 'choose at least one.' } : { value: chosen };
  }
  // Browsers send line ends of textareas as CR LF.
  const text = (texts[0] ?? '').replace(/\r\n/g, '\n');
  if (text.trim() === '') return field.required ? { message: 'must be filled in.' } : { value: null };
  if (text.length > field.maxLength)
    return { message: `has ${text.length} characters; ${field.maxLength} are the most.` };
  return readText(field, text);
}

function readText(field: FormField, text: string): Read {
  switch (field.type) {
    case 'number': {
      const value = Number(text);
      if (!Number.isFinite(value)) return { message: 'must be a number.' };
      if (typeof field.min === 'number' && value < field.min) return { message: `must be at least ${field.min}.` };
      if (typeof field.max === 'number' && value > field.max) return { message: `must be at most ${field.max}.` };
      return { value };
    }
    case 'email':
      return EMAIL.test(text.trim()) ? { value: text.trim() } : { message: 'must be an e-mail address.' };
    case 'date': {
      const day = text.trim();
      const at = DAY.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
      if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day) {
        return { message: 'must be a date such as 2030-01-31.' };
      }
      if (typeof field.min === 'string' && day < field.min) return { message: `must be ${field.min} or later.` };
      if (typeof field.max === 'string' && day > field.max) return { message: `must be ${field.max} or earlier.` };
      return { value: day };
    }
    case 'select':
      return field.options.includes(text) ? { value: text } : { message: 'choose from the list.' };
    default:
      return { value: text };
  }
}
