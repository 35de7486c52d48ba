/**
 * Owns reading the text of a workflow file, of whichever product: YAML or JSON to a value, and places (line and
 * column) in it. Never throws and never takes long: what is hostile is a diagnostic. Knows no format.
 */
import { isCollection, isMap, isPair, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { diagnostic, type Diagnostic } from '../errors.ts';
import type { Json } from './item.ts';
import { jsonFault } from './json-fault.ts';
import { findingsIn, numberTrouble, offsetsIn, type Finding } from './json-places.ts';
import { LIMITS } from './limits.ts';
import { describe, isObject } from './shape.ts';

/** The value of a YAML or JSON text that holds an object, and the places in it. */
export interface ReadText {
  value: { [key: string]: Json } | null;
  /** With a value: warnings only. */
  diagnostics: Diagnostic[];
  /** Fills line and column of diagnostics that came from later stages. */
  locate(diagnostics: Diagnostic[]): void;
}

interface Source {
  text: string;
  file: string;
}

const MOST_DEPTH = 400;
const MOST_TOLD = 20;

/** Text of any workflow file. Every mistake is a diagnostic with line and column. */
export function readText(source: string, file: string): ReadText {
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  const most = LIMITS['file.definition'].cap;
  if (text.length > most)
    return failed('file-unreadable', `${file} is longer than ${most} characters (limit file.definition).`);
  if (text.trim() === '') return failed('file-format', `${file} is empty.`);
  if (text.includes('\u0000') || text.includes('\ufffd')) {
    return failed('file-unreadable', `${file} is not UTF-8 text. Save it as UTF-8.`);
  }
  if (tooDeep(text, MOST_DEPTH)) return failed('file-syntax', `${file} is nested deeper than ${MOST_DEPTH} brackets.`);
  return readJson({ text, file }) ?? readYaml({ text, file });
}

const unreadable = (diagnostics: Diagnostic[]): ReadText => ({ value: null, diagnostics, locate: () => {} });

function failed(code: 'file-unreadable' | 'file-syntax' | 'file-format', message: string, at = START): ReadText {
  return unreadable([{ ...diagnostic(code, [], message), ...at }]);
}

const START = { line: 1, column: 1 };

/** Deepest nesting of brackets outside strings; guards the parser's stack. */
function tooDeep(text: string, most: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 34) quoted = !quoted;
    else if (c === 92 && quoted) i += 1;
    else if (!quoted && (c === 91 || c === 123)) {
      depth += 1;
      if (depth > most) return true;
    } else if (!quoted && (c === 93 || c === 125)) depth -= 1;
  }
  return false;
}

// ---- JSON: most files of n8n and Windmill, and twenty times as fast to read

/** Null: it is not JSON, so it may be YAML. */
function readJson({ text, file }: Source): ReadText | null {
  if (!/^\s*[{[]/.test(text)) return null;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    // A YAML file may begin with a bracket too; one that is called JSON is told what is wrong with its JSON.
    return /\.json$/i.test(file) ? badJson(text) : null;
  }
  const lines = linesOf(text);
  const told = numbersAndKeys(findingsIn(text, MOST_TOLD), (offset) => lines.linePos(offset));
  if (told.some((one) => one.severity === 'error')) return unreadable(told);
  if (!isObject(value)) return failed('file-format', `${file} holds ${describe(value)}, not a workflow.`);
  const locate = (diagnostics: Diagnostic[]): void => {
    const open = diagnostics.filter((one) => one.line === undefined);
    if (open.length === 0) return;
    const offsets = offsetsIn(
      text,
      open.map((one) => one.path),
    );
    for (const [i, one] of open.entries()) put(one, lines.linePos(offsets[i] ?? 0));
  };
  return { value, diagnostics: told, locate };
}

function badJson(text: string): ReadText {
  const { offset, what } = jsonFault(text);
  const at = linesOf(text).linePos(offset);
  return failed('file-syntax', `This is not valid JSON: ${what}.`, { line: at.line, column: at.col });
}

function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return lines;
}

function numbersAndKeys(
  findings: readonly Finding[],
  placeOf: (offset: number) => { line: number; col: number },
): Diagnostic[] {
  return findings.map(({ offset, kind, text }) => {
    const { line, col } = placeOf(offset);
    const at = { line, column: col };
    switch (kind) {
      case 'twice':
        return { ...diagnostic('file-syntax', [], `The key ${describe(text)} occurs twice here.`), ...at };
      case 'too-large':
        return { ...diagnostic('bad-value', [], `The number ${text.slice(0, 40)} is too large.`), ...at };
      case 'inexact': {
        const message = `The number ${text.slice(0, 40)} has more digits than a number can hold; it becomes ${Number(text)}. Write it as text.`;
        return { ...diagnostic('bad-value', [], message, { severity: 'warning' }), ...at };
      }
    }
  });
}

const put = (one: Diagnostic, at: { line: number; col: number }): void => {
  one.line = at.line;
  one.column = at.col;
};

// ---- YAML

function readYaml({ text, file }: Source): ReadText {
  const lines = new LineCounter();
  // Checking keys is left to us: the library compares each with all others.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, merge: false, prettyErrors: false });
  const [faults, severe] = [document.errors, document.errors.length > 0];
  if (severe || document.warnings.length > 0) {
    const told = (severe ? faults : document.warnings.slice(0, 1)).slice(0, MOST_TOLD).map((fault) => {
      const at = lines.linePos(fault.pos[0]);
      return { ...diagnostic('file-syntax', [], said(fault.message, file)), line: at.line, column: at.col };
    });
    return unreadable(told);
  }
  let found: Diagnostic[];
  let value: Json;
  try {
    const deep = placeTooDeep(document);
    if (deep !== null) {
      const at = lines.linePos(deep);
      return failed('file-syntax', `${file} is nested too deeply.`, { line: at.line, column: at.col });
    }
    found = numbersAndKeys(findingsOf(document), (offset) => lines.linePos(offset));
    if (found.some((one) => one.severity === 'error')) return unreadable(found);
    value = document.toJS({ maxAliasCount: LIMITS['yaml.aliases'].default }) as Json;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const limit = message.includes('alias count') ? ' (limit yaml.aliases)' : '';
    return failed('file-syntax', `${file}: ${said(message, file)}${limit}.`);
  }
  if (!isObject(value)) return failed('file-format', `${file} holds ${describe(value)}, not a workflow.`);
  const locate = (diagnostics: Diagnostic[]): void => {
    for (const one of diagnostics) {
      if (one.line === undefined) put(one, lines.linePos(offsetOf(document, one.path)));
    }
  };
  return { value, diagnostics: found, locate };
}

function said(message: string, file: string): string {
  const [first = 'syntax error'] = message.split('\n');
  if (first.includes('call stack')) return `${file} is nested too deeply`;
  if (first.includes('multiple documents')) return `${file} holds several YAML documents; a workflow file has one`;
  return first;
}

/** Offset of the first list or map that is inside too many others. */
function placeTooDeep(document: Document.Parsed): number | null {
  let place: number | null = null;
  visit(document, {
    Collection(_, collection, path) {
      if (path.length <= MOST_DEPTH || path.filter((one) => isCollection(one)).length <= MOST_DEPTH) return undefined;
      place = collection.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return place;
}

function findingsOf(document: Document.Parsed): Finding[] {
  const findings: Finding[] = [];
  const add = (finding: Finding): void => {
    if (findings.length < MOST_TOLD) findings.push(finding);
  };
  visit(document, {
    Map(_, map) {
      const keys = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const text = String(key.value);
        if (keys.has(text)) add({ offset: key.range?.[0] ?? 0, kind: 'twice', text });
        keys.add(text);
      }
    },
    Scalar(_, scalar) {
      if (typeof scalar.value !== 'number') return;
      const text = scalar.source ?? String(scalar.value);
      const kind = Number.isFinite(scalar.value) ? numberTrouble(text) : 'too-large';
      if (kind !== null) add({ offset: scalar.range?.[0] ?? 0, kind, text });
    },
  });
  return findings;
}

/** Offset of the key (or element) at `path`; of the deepest part that exists. */
function offsetOf(document: Document.Parsed, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (!isCollection(node)) break;
    const items: readonly unknown[] = node.items;
    const next = isMap(node)
      ? items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key))
      : items[Number(key)];
    if (next === undefined) break;
    const place = isPair(next) ? next.key : next;
    offset = (place as { range?: [number, number, number] } | null)?.range?.[0] ?? offset;
    node = isPair(next) ? next.value : next;
  }
  return offset;
}
