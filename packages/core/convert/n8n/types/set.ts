/**
 * Owns the mapping of Edit Fields (Set) to set, in all its versions.
 */
import { jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import {
  choice,
  flag,
  isExpression,
  isRow,
  literal,
  parameter,
  pieces,
  raw,
  rows,
  value,
  type Mapped,
  type N8nNode,
  type Report,
} from '../node.ts';

type Row = { [key: string]: Json };

export function set(node: N8nNode, report: Report): Mapped | null {
  return node.typeVersion < 3 ? oldSet(node, report) : newSet(node, report);
}

const OLD_DEFAULTS: [type: string, value: Json][] = [
  ['boolean', false],
  ['number', 0],
  ['string', ''],
];

function oldSet(node: N8nNode, report: Report): Mapped {
  const only = flag(node, 'keepOnlySet', false, report);
  const assignments = OLD_DEFAULTS.flatMap(([type, otherwise]) =>
    rows(node, `values.${type}`).map((row) => ({
      name: value(row.name ?? 'propertyName'),
      value: value(row.value ?? otherwise),
      type,
    })),
  );
  return {
    type: 'set',
    with: { ...kept(only ? 'none' : 'all', !only), ...dots(node, report), assignments, semantics: 'n8n-1' },
  };
}

const kept = (keep: string, files: boolean): Row => ({
  ...(keep === 'all' ? {} : { keep }),
  ...(files ? {} : { keepFiles: false }),
});

const dots = (node: N8nNode, report: Report): Row =>
  flag(node, 'options.dotNotation', true, report) ? {} : { dotPaths: false };

function newSet(node: N8nNode, report: Report): Mapped | null {
  const { typeVersion } = node;
  const mode = choice(node, 'mode', ['manual', 'raw'], 'manual', report);
  const include = included(node, report);
  if (mode === null || include === null) return null;
  const files =
    typeVersion < 3.4
      ? flag(node, 'options.includeBinary', false, report)
      : include !== 'none' && !flag(node, 'options.stripBinary', false, report);
  return {
    type: 'set',
    with: {
      ...kept(include, files),
      ...(include === 'selected' ? { names: parameter(node, 'includeFields', '') } : {}),
      ...(include === 'except' ? { names: parameter(node, 'excludeFields', '') } : {}),
      ...dots(node, report),
      ...(mode === 'raw' ? { value: jsonOutput(node) } : { assignments: assignments(node, report) }),
      ...(flag(node, 'options.ignoreConversionErrors', false, report) ? { mismatch: 'keep' } : {}),
      ...(flag(node, 'duplicateItem', false, report) ? { copies: parameter(node, 'duplicateCount', 0) } : {}),
      semantics: typeVersion < 3.1 ? 'n8n-3' : typeVersion < 3.2 ? 'n8n-3.1' : 'n8n',
    },
  };
}

function included(node: N8nNode, report: Report): string | null {
  const words = ['all', 'none', 'selected', 'except'] as const;
  if (node.typeVersion < 3.3) return choice(node, 'include', words, 'all', report);
  return flag(node, 'includeOtherFields', false, report) ? choice(node, 'include', words, 'all', report) : 'none';
}

const MADE_UP = '{\n  "my_field_1": "value",\n  "my_field_2": 1\n}\n';

/** What stands between `{{ }}` goes into the text piece by piece, objects as JSON. */
function jsonOutput(node: N8nNode): Json {
  const found = raw(node, 'jsonOutput', MADE_UP);
  if (isExpression(found)) return pieces(found.slice(1));
  return typeof found === 'string' ? literal(found) : value(found);
}

function assignments(node: N8nNode, report: Report): Json[] {
  if (node.typeVersion < 3.3) return rows(node, 'fields.values').map((row, i) => fieldValue(row, i, report));
  return rows(node, 'assignments.assignments').map((row, i) => {
    const type = typeOf(row.type, `assignments.assignments.${i}.type`, report);
    return { name: value(row.name ?? ''), value: value(row.value), type };
  });
}

const FIELD_DEFAULTS: Readonly<Record<string, Json>> = {
  stringValue: '',
  numberValue: '',
  booleanValue: 'true',
  arrayValue: '',
  objectValue: '={}',
};

function fieldValue(row: Row, i: number, report: Report): Json {
  const kind = typeof row.type === 'string' ? row.type : 'stringValue';
  const type = typeOf(kind.replace(/Value$/, ''), `fields.values.${i}.type`, report);
  const given = row[kind] ?? (Object.hasOwn(FIELD_DEFAULTS, kind) ? FIELD_DEFAULTS[kind] : null) ?? null;
  const name = value(row.name ?? '');
  if (type === 'object' && isExpression(given)) return { name, pieces: pieces(given.slice(1)), type };
  return { name, value: value(given), type };
}

const TYPES = ['string', 'number', 'boolean', 'array', 'object'];

function typeOf(type: Json | undefined, path: string, report: Report): string {
  if (type === undefined || type === null) return 'string';
  if (typeof type === 'string' && TYPES.includes(type)) return type;
  report.unsupported(`fields of type ${isRow(type) ? 'object' : jsonText(type)} cannot be set.`, path);
  return 'string';
}
