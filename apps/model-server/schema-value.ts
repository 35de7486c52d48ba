/**
 * Owns making a JSON value that fits a JSON Schema, from what a text says: lines such as `age: 41`, numbered and
 * bulleted lists, names of choices. The same text and schema give the same value. Knows the words of JSON Schema that
 * structured outputs use; `pattern`, `not` and `if` are ignored, as the README says. Does not check values.
 */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Schema = { [key: string]: unknown };

export interface Source {
  /** What is being asked about: the last message of the user. */
  text: string;
  /** Everything before it, for descriptions of choices. */
  context: string;
}

const DEEPEST = 24;
const MOST_ITEMS = 1000;

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Words as they are compared: lower case, without the plural s. */
export function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) =>
    word.length > 3 && word.endsWith('s') ? word.slice(0, -1) : word,
  );
}

/** How many different words of `query` are in `text`. */
function overlap(query: string, text: string): number {
  const there = new Set(wordsOf(text));
  return [...new Set(wordsOf(query))].filter((word) => word.length > 2 && there.has(word)).length;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What the text says about a name: `name: value`, `name = value`, `name is value`. */
function said(name: string, text: string): string | null {
  const spelled = escaped(name)
    .replace(/[_-]/g, '[ _-]?')
    .replace(/([a-z])([A-Z])/g, '$1[ _-]?$2');
  const match = new RegExp(`(?:^|[^\\p{L}\\p{N}])${spelled}\\s*(?::|=|\\bis\\b)\\s*([^\\n;]+)`, 'iu').exec(text);
  return match?.[1]?.trim().replace(/[.,]$/, '') ?? null;
}

/** Lines of a numbered or bulleted list, without their marks. */
function listed(text: string): string[] {
  return [...text.matchAll(/^\s*(?:\d+[.)]|[-*\u2022])\s+(.+)$/gm)].map((match) => (match[1] as string).trim());
}

/** Scores of passages `[1] ...` for the line `Query: ...`: the share of the query's words that each has. */
function scores(text: string): number[] {
  const query = said('query', text) ?? '';
  const passages = [...text.matchAll(/^\[\d+\] (.*(?:\n(?!\[\d+\] ).*)*)/gm)].map((match) => match[1] as string);
  const most = Math.max(1, new Set(wordsOf(query).filter((word) => word.length > 2)).size);
  return passages.map((passage) => Math.round((overlap(query, passage) / most) * 100) / 100);
}

/** A path that a line of the prompt says is a list: `- $json.rows: list of 12, each ...`. */
interface ListLine {
  path: string;
  says: string;
}

/**
 * The list that is asked for by a text `expression`: of the lines `- PATH: list of N ...`, the one that shares most
 * words with what is said before the data; of equals, the first. One that was said not to work is not given again.
 */
function listFor({ context }: Source): ListLine | null {
  const lines = [...context.matchAll(/^- (\S.*?): (list of (?!0\b).*)$/gm)].map(
    (match): ListLine => ({ path: match[1] as string, says: match[2] as string }),
  );
  const asked = context.slice(0, Math.max(0, context.indexOf('\n- ')));
  const refused = [...context.matchAll(/"expression":"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]);
  let best: ListLine | null = null;
  let most = -1;
  for (const line of lines.filter((one) => !refused.includes(one.path))) {
    const count = overlap(asked, `${line.path.replaceAll(/([a-z])([A-Z])/g, '$1 $2')} ${line.says}`);
    if (count > most) [best, most] = [line, count];
  }
  return best;
}

function choice(options: Json[], name: string, source: Source): Json {
  const stated = said(name, source.text)?.toLowerCase();
  const direct = options.find((option) => String(option).toLowerCase() === stated);
  if (direct !== undefined) return direct;
  let best = options[0] ?? null;
  let most = 0;
  for (const option of options) {
    // A description of the choice, wherever the prompt has one.
    const line = new RegExp(`^.*(?<![\\p{L}\\p{N}])${escaped(String(option))}(?![\\p{L}\\p{N}]).*$`, 'imu').exec(
      source.context,
    );
    const named = overlap(String(option).replaceAll(/[_-]/g, ' '), source.text) * 2;
    const count = named + overlap(source.text, line?.[0] ?? '');
    if (count > most) [best, most] = [option, count];
  }
  return best;
}

function text(schema: Schema, name: string, source: Source, inList: string | null): string {
  const list = name === 'expression' || name === 'why' ? listFor(source) : null;
  if (list !== null) return name === 'expression' ? list.path : `${list.path} is the ${list.says}.`;
  const formats: Record<string, string> = {
    'date': '2030-01-31',
    'date-time': '2030-01-31T09:00:00Z',
    'time': '09:00:00Z',
    'email': 'toy@example.com',
    'uri': 'https://example.com/',
    'uuid': '00000000-0000-4000-8000-000000000000',
  };
  let value = inList ?? said(name, source.text) ?? formats[String(schema['format'])] ?? `toy ${name || 'text'}`;
  const least = Number(schema['minLength'] ?? 0);
  while (value.length < Math.min(least, 10_000)) value += ' toy';
  return value.slice(0, Number(schema['maxLength'] ?? value.length));
}

function number(schema: Schema, name: string, source: Source, inList: string | null): number {
  const whole = schema['type'] === 'integer';
  const found = /-?\d+(?:\.\d+)?/.exec(inList ?? said(name, source.text) ?? '')?.[0];
  const near = new RegExp(`(-?\\d+(?:\\.\\d+)?)\\s+${escaped(name)}`, 'i').exec(source.text)?.[1];
  let value = Number(found ?? near ?? schema['minimum'] ?? 0);
  if (whole) value = Math.round(value);
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (typeof minimum === 'number') value = Math.max(value, minimum);
  if (typeof maximum === 'number') value = Math.min(value, maximum);
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) value = exclusiveMinimum + 1;
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) value = exclusiveMaximum - 1;
  return value;
}

function list(schema: Schema, name: string, source: Source, at: Place): Json[] {
  const inner = isObject(schema['items']) ? schema['items'] : {};
  const least = Number(schema['minItems'] ?? 0);
  const most = Math.min(Number(schema['maxItems'] ?? MOST_ITEMS), MOST_ITEMS);
  const kind = inner['type'];
  if (name === 'scores' && (kind === 'number' || kind === 'integer')) {
    const found = scores(source.text);
    if (found.length > 0) return found;
  }
  const stated = said(name, source.text);
  const lines = listed(source.text);
  const entries = stated !== null && !/^\d+[.)]\s/.test(stated) ? stated.split(/\s*,\s*|\s+and\s+/) : lines;
  const count = Math.min(most, Math.max(least, entries.length, least));
  return Array.from({ length: count }, (_, i) => build(inner, name, source, { ...at, entry: entries[i] ?? null }));
}

interface Place {
  root: Schema;
  depth: number;
  entry: string | null;
}

function object(schema: Schema, source: Source, at: Place): Json {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  // An element of a list is described by its own line.
  const own = at.entry === null ? source : { ...source, text: at.entry };
  const out: { [key: string]: Json } = {};
  for (const [key, inner] of Object.entries(properties)) {
    const first = at.entry !== null && said(key, at.entry) === null && isObject(inner) && inner['type'] === 'string';
    const value = build(isObject(inner) ? inner : {}, key, own, { ...at, entry: first ? at.entry : null });
    Object.defineProperty(out, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return out;
}

function resolved(schema: Schema, root: Schema): Schema {
  const reference = schema['$ref'];
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return schema;
  let value: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return isObject(value) ? value : {};
}

function build(given: Schema, name: string, source: Source, at: Place): Json {
  if (at.depth > DEEPEST) return null;
  const deeper = { ...at, depth: at.depth + 1 };
  const schema = resolved(given, at.root);
  if ('const' in schema) return schema['const'] as Json;
  if (Array.isArray(schema['enum'])) return choice(schema['enum'] as Json[], name, source);
  for (const word of ['anyOf', 'oneOf', 'allOf']) {
    const [first] = Array.isArray(schema[word]) ? (schema[word] as unknown[]) : [];
    if (isObject(first)) return build(first, name, source, deeper);
  }
  const types = Array.isArray(schema['type']) ? (schema['type'] as string[]) : [schema['type'] as string];
  const type = types.find((one) => one !== 'null') ?? types[0];
  if (type === 'object' || (type === undefined && isObject(schema['properties'])))
    return object(schema, source, deeper);
  if (type === 'array') return list(schema, name, source, deeper);
  if (type === 'number' || type === 'integer') return number({ ...schema, type }, name, source, at.entry);
  if (type === 'boolean') return /^(true|yes|on|1)\b/i.test(said(name, source.text) ?? '');
  if (type === 'null') return null;
  return text(schema, name, source, at.entry);
}

/** A value for the schema; for no schema an object that repeats what was asked. */
export function valueFor(schema: unknown, source: Source): Json {
  if (!isObject(schema) || Object.keys(schema).length === 0) return { answer: source.text.slice(0, 200) };
  return build(schema, '', source, { root: schema, depth: 0, entry: null });
}
