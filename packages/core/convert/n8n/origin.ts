/**
 * Owns which nodes keep what they were in the file, because an expression reads it: `$('X').params`, `$parameter`,
 * `$nodeVersion`. Does not evaluate.
 */
import type { NodeOrigin } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { isObject } from '../../model/shape.ts';
import type { Entry } from './read-nodes.ts';

/** Of the node itself. */
const OWN = /\$(?:parameter|rawParameter|nodeVersion|nodeId)\b/;
/** Of any node. */
const OTHERS = /\.params\b|\.parameter\b|\[\\?["']param(?:s|eter)\\?["']\]/;

/** What a node keeps; undefined: nothing, as nobody reads it. `file`: the list of nodes as it stands there. */
export function originsFor(entries: readonly Entry[], file: readonly Json[]): (entry: Entry) => NodeOrigin | undefined {
  const texts = new Map(entries.map((entry) => [entry, JSON.stringify(entry.node.parameters)]));
  const all = [...texts.values()].some((text) => OTHERS.test(text));
  return (entry) => {
    if (!all && !OWN.test(texts.get(entry) ?? '')) return undefined;
    const { type, typeVersion: version, parameters } = entry.node;
    const written = file[Number(entry.path[1])];
    const id = isObject(written) && typeof written.id === 'string' ? written.id : undefined;
    return { ...(id === undefined ? {} : { id }), type, version, parameters };
  };
}
