/**
 * Owns reading the `connections` of a n8n file, sparse and faulty ones too. Knows names of nodes only; which port
 * an index means is for the mapping of its node.
 */
import { diagnostic, type Diagnostic } from '../../errors.ts';
import type { Json } from '../../model/item.ts';
import { describe, isObject } from '../../model/shape.ts';

type Path = (string | number)[];

/** A wire, in the order of the file. */
export interface Wire {
  from: string;
  output: number;
  to: string;
  input: number;
  path: Path;
}

/** A sub-node that belongs to another node. */
export interface Attachment {
  from: string;
  to: string;
  /** `ai_tool` and so on. */
  kind: string;
  path: Path;
}

export interface Connections {
  wires: Wire[];
  attachments: Attachment[];
}

/** More outputs or inputs than any node has; hostile indexes go no further. */
const MOST = 1000;

export function readConnections(value: Json | undefined, names: ReadonlySet<string>, out: Diagnostic[]): Connections {
  const read: Connections = { wires: [], attachments: [] };
  if (value === undefined || value === null) return read;
  const wrong = (path: Path, expected: string, found: Json): void => {
    out.push(diagnostic('wrong-type', path, `${path.join('.')} must be ${expected}, not ${describe(found)}.`));
  };
  if (!isObject(value)) {
    // An empty list is an empty object of PHP and of some exports.
    if (!(Array.isArray(value) && value.length === 0)) wrong(['connections'], 'an object', value);
    return read;
  }
  const missing = (path: Path, name: string, what: string): void => {
    const message = `${what} ${describe(name)}, but there is no such node; the connection is left out.`;
    out.push(diagnostic('unknown-node', path, message, { severity: 'warning' }));
  };
  for (const [from, byType] of Object.entries(value)) {
    const path: Path = ['connections', from];
    if (byType === null) continue;
    if (!isObject(byType)) {
      wrong(path, 'an object', byType);
      continue;
    }
    if (!names.has(from)) {
      missing(path, from, 'Connections come from');
      continue;
    }
    for (const [kind, outputs] of Object.entries(byType)) {
      const at = [...path, kind];
      if (outputs === null) continue;
      if (!Array.isArray(outputs)) {
        wrong(at, 'a list with one list per output', outputs);
        continue;
      }
      outputs.forEach((targets, output) => {
        if (targets === null) return;
        if (!Array.isArray(targets)) {
          wrong([...at, output], 'a list of connections', targets);
          return;
        }
        targets.forEach((target, i) => {
          const place = [...at, output, i];
          if (target === null) return;
          if (!isObject(target)) return wrong(place, 'an object', target);
          const { node: to, index = 0 } = target;
          if (typeof to !== 'string') return wrong([...place, 'node'], 'the name of a node', to ?? null);
          const input = index ?? 0;
          if (typeof input !== 'number' || !Number.isInteger(input) || input < 0 || input >= MOST) {
            return wrong([...place, 'index'], 'the position of an input', input);
          }
          if (!names.has(to)) return missing([...place, 'node'], to, `${from} is connected to`);
          if (kind === 'main') read.wires.push({ from, output, to, input, path: place });
          else read.attachments.push({ from, to, kind, path: place });
        });
      });
    }
  }
  return read;
}
