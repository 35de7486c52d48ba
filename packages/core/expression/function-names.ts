/**
 * Owns the names of the data functions: methods such as `toTitleCase()` that expressions may call on
 * plain values. Does not implement them (runtime/sandbox/isolate/functions does).
 *
 * A call of one of these names is compiled to `$fn(value, name, args)`, which chooses by the type of
 * the value and falls back to the value's own method.
 */

const STRING = [
  'hash',
  'removeMarkdown',
  'removeTags',
  'toDate',
  'toDateTime',
  'toBoolean',
  'toNumber',
  'toFloat',
  'toDecimalNumber',
  'toInt',
  'toWholeNumber',
  'toSentenceCase',
  'toSnakeCase',
  'toTitleCase',
  'urlDecode',
  'urlEncode',
  'quote',
  'replaceSpecialChars',
  'length',
  'isDomain',
  'isEmail',
  'isNumeric',
  'isUrl',
  'isEmpty',
  'isNotEmpty',
  'isBlank',
  'isNotBlank',
  'toJsonString',
  'extractEmail',
  'extractDomain',
  'extractUrl',
  'extractUrlPath',
  'parseJson',
  'base64Encode',
  'base64Decode',
] as const;

const NUMBER = [
  'ceil',
  'floor',
  'round',
  'abs',
  'format',
  'isInteger',
  'isEven',
  'isOdd',
  'toBoolean',
  'toInt',
  'toFloat',
  'toNumber',
  'toDateTime',
] as const;

const BOOLEAN = ['toBoolean', 'toInt', 'toNumber', 'toFloat', 'toDateTime'] as const;

const ARRAY = [
  'first',
  'last',
  'isEmpty',
  'isNotEmpty',
  'sum',
  'min',
  'max',
  'average',
  'unique',
  'removeDuplicates',
  'pluck',
  'randomItem',
  'compact',
  'smartJoin',
  'chunk',
  'renameKeys',
  'merge',
  'union',
  'difference',
  'intersection',
  'append',
  'toJsonString',
  'toInt',
  'toFloat',
  'toBoolean',
  'toDateTime',
] as const;

const OBJECT = [
  'isEmpty',
  'isNotEmpty',
  'hasField',
  'removeField',
  'removeFieldsContaining',
  'keepFieldsContaining',
  'compact',
  'merge',
  'urlEncode',
  'keys',
  'values',
  'toJsonString',
  'toInt',
  'toFloat',
  'toBoolean',
  'toDateTime',
] as const;

const DATE = [
  'beginningOf',
  'endOfMonth',
  'extract',
  'format',
  'isBetween',
  'isDst',
  'isInLast',
  'isWeekend',
  'plus',
  'minus',
  'toDateTime',
  'diffTo',
  'diffToNow',
  'toInt',
  'toFloat',
  'toNumber',
  'toBoolean',
  'isEmpty',
  'isNotEmpty',
] as const;

/** Names by the type they are written for. */
export const FUNCTIONS_BY_TYPE = {
  string: STRING,
  number: NUMBER,
  boolean: BOOLEAN,
  array: ARRAY,
  object: OBJECT,
  date: DATE,
} as const;

/** Every data function, of whatever type. */
export const FUNCTION_NAMES: ReadonlySet<string> = new Set<string>(Object.values(FUNCTIONS_BY_TYPE).flat());

/** Functions that need the date library. `format` is also one of numbers; it counts all the same. */
export const DATE_FUNCTION_NAMES: ReadonlySet<string> = new Set([
  'beginningOf',
  'endOfMonth',
  'extract',
  'format',
  'isBetween',
  'isDst',
  'isInLast',
  'isWeekend',
  'plus',
  'minus',
  'toDateTime',
  'diffTo',
  'diffToNow',
]);

/** Functions whose answer changes from one call to the next. */
export const VOLATILE_FUNCTION_NAMES: ReadonlySet<string> = new Set(['randomItem', 'isInLast', 'diffToNow']);
