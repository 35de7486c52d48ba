/**
 * Owns what the expressions and code of a node look at: the current item, or whole lists. By text, so that it holds
 * for every dialect and for code. Does not judge.
 */
import { split } from '../expression/split.ts';
import type { Json } from '../model/item.ts';
import type { LintNode } from './graph.ts';

export interface Text {
  /** The JavaScript (or Python) text, without `{{ }}`. */
  code: string;
  /** Place in the definition. */
  path: (string | number)[];
}

const CODE_PARAMETERS = new Set(['code']);

/** All expressions of a node's parameters, and its code. */
export function textsOf(node: LintNode): Text[] {
  const found: Text[] = [];
  const visit = (value: Json, path: (string | number)[]): void => {
    if (typeof value === 'string') {
      if (!value.includes('{{')) return;
      for (const part of split(value)) if (part.kind === 'code') found.push({ code: part.code, path });
    } else if (Array.isArray(value)) value.forEach((element, i) => visit(element, [...path, i]));
    else if (value !== null && typeof value === 'object') {
      for (const [key, member] of Object.entries(value)) visit(member, [...path, key]);
    }
  };
  for (const [name, value] of Object.entries(node.node.with ?? {})) {
    const spec = node.type.parameters[name];
    const path = [...node.path, 'with', name];
    if (typeof value === 'string' && (CODE_PARAMETERS.has(name) || spec?.type === 'code'))
      found.push({ code: value, path });
    else if (spec?.jinja !== true) visit(value as Json, path);
  }
  return found;
}

const ALL = /(?:\$input|\$\(\s*(?:'[^']*'|"[^"]*"|`[^`]*`)\s*\))\s*\.\s*all\s*\(|\$items\s*\(/;
const FOLDED =
  /\.\s*(?:map|filter|reduce|length|join|sum|average|min|max|flatMap|pluck|every|some|find|toJsonString)\b|JSON\s*\.\s*stringify/;
const OF_ITEM =
  /\$json\b|\$data\b|\$binary\b|\$item\b(?!s)|\$itemIndex\b|\$position\b|\$loop\b|\$runIndex\b|\$input\s*\.\s*item\b|\)\s*\.\s*(?:item|itemMatching|pairedItem)\b|\$node\s*\[/;

/** It reads every item of a list and makes one value of them. */
export function readsList({ code }: Text): boolean {
  return ALL.test(code) && FOLDED.test(code);
}

/** Its value may differ from item to item. */
export function readsItem({ code }: Text): boolean {
  return OF_ITEM.test(code);
}
