/**
 * Owns compiling JSON Schemas, once each, within bounds: a schema may come from anywhere. Its size, depth and patterns are
 * limited, it may not refer outside itself, and both compiling and checking end in time (by the caller).
 */
import type { Options, ValidateFunction } from 'ajv';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { isObject, type JsonObject } from '../kit/paths.ts';

export interface SchemaOptions {
  formats: boolean;
  convert: boolean;
  removeExtra: boolean;
}

export type Validate = ValidateFunction;

const LARGEST = 256 * 1024;
const DEEPEST = 32;
const MOST_PARTS = 5000;
const LONGEST_PATTERN = 1000;
const MOST_CACHED = 50;

const compiled = new Map<string, Validate>();

function refuse(message: string, fix: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no', fix }));
}

/** The compiled schema. The last ones are kept. */
export async function schemaFor(
  schema: JsonObject | boolean,
  options: SchemaOptions,
  compile: (work: () => Validate) => Validate,
): Promise<Validate> {
  const text = JSON.stringify(schema);
  const key = `${options.formats}${options.convert}${options.removeExtra}${text}`;
  const known = compiled.get(key);
  if (known !== undefined) {
    // Moved to the end: what was used last is kept longest.
    compiled.delete(key);
    compiled.set(key, known);
    return known;
  }
  if (text.length > LARGEST) {
    refuse(`schema has ${text.length} characters; at most ${LARGEST} are allowed.`, 'Split it, or check parts.');
  }
  checkParts(schema, 0, { count: 0 });
  const fresh = await make(schema, options, compile);
  const oldest = compiled.keys().next();
  if (compiled.size >= MOST_CACHED && oldest.done !== true) compiled.delete(oldest.value);
  compiled.set(key, fresh);
  return fresh;
}

/** Depth, number of parts and length of patterns, wherever they stand. */
function checkParts(part: Json, depth: number, seen: { count: number }): void {
  seen.count += 1;
  if (depth > DEEPEST) refuse(`schema is nested deeper than ${DEEPEST} levels.`, 'Use $defs and $ref.');
  if (seen.count > MOST_PARTS) refuse(`schema has more than ${MOST_PARTS} parts.`, 'Split it, or check parts.');
  if (Array.isArray(part)) for (const one of part) checkParts(one, depth + 1, seen);
  if (!isObject(part)) return;
  for (const name of Object.keys(part)) {
    const value = part[name] as Json;
    if (name === 'pattern' && typeof value === 'string' && value.length > LONGEST_PATTERN) {
      refuse(`A pattern of schema has more than ${LONGEST_PATTERN} characters.`, 'Shorten it.');
    }
    if (name === '__proto__') {
      refuse('schema names a field __proto__, which the checker would pass over.', 'Rename the field first.');
    }
    if (name === '$async' && value === true) refuse('schema must not be $async.', 'Remove $async.');
    checkParts(value, depth + 1, seen);
  }
}

async function make(
  schema: JsonObject | boolean,
  { formats, convert, removeExtra }: SchemaOptions,
  compile: (work: () => Validate) => Validate,
): Promise<Validate> {
  const options: Options = {
    // Unknown keywords and formats are notes, as the standard says.
    strict: false,
    allErrors: true,
    logger: false,
    validateFormats: formats,
    coerceTypes: convert,
    useDefaults: convert,
    removeAdditional: convert && removeExtra,
    addUsedSchema: false,
    // Else toString would be there in every object.
    ownProperties: true,
  };
  const dialect = isObject(schema) && typeof schema['$schema'] === 'string' ? schema['$schema'] : '';
  const [ajv, { default: addFormats }] = await Promise.all([instance(dialect, options), import('ajv-formats')]);
  if (formats) addFormats.default(ajv);
  try {
    return compile(() => ajv.compile(schema));
  } catch (error) {
    if (error instanceof FailureError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const fix = why.includes("can't resolve reference")
      ? 'References lead to parts of the schema itself: put what they need into $defs.'
      : 'Correct the schema.';
    return refuse(`schema is no JSON Schema that can be used: ${why}.`, fix);
  }
}

async function instance(dialect: string, options: Options): Promise<import('ajv').default> {
  if (/draft-0[67]/.test(dialect)) {
    const { default: module } = await import('ajv');
    const ajv = new module.default(options);
    if (dialect.includes('draft-06')) {
      const { default: draft6 } = await import('ajv/dist/refs/json-schema-draft-06.json', { with: { type: 'json' } });
      ajv.addMetaSchema(draft6);
    }
    return ajv;
  }
  if (dialect.includes('2019-09')) return new (await import('ajv/dist/2019.js')).Ajv2019(options);
  if (dialect === '' || dialect.includes('2020-12')) return new (await import('ajv/dist/2020.js')).Ajv2020(options);
  return refuse(
    `schema is written in ${JSON.stringify(dialect.slice(0, 100))}, which is not known.`,
    'Use 2020-12 or draft 7.',
  );
}
