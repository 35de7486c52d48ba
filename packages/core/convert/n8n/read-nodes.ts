/**
 * Owns reading the `nodes` list of a n8n file, which may hold anything at all: each node with the types that it
 * should have, and a diagnostic for what has another one. Does not map types of nodes or read connections.
 */
import { diagnostic, type Diagnostic } from '../../errors.ts';
import type { Json } from '../../model/item.ts';
import { describe, ID_PATTERN, isObject } from '../../model/shape.ts';
import type { N8nNode, N8nOnError } from './node.ts';

type Path = (string | number)[];

/** A node as it stands in the file, beside what mappings see of it. */
export interface Entry {
  node: N8nNode;
  /** Place in the file. */
  path: Path;
  disabled: boolean;
  alwaysOutputData: boolean;
  /** Attempts after the first one, and the pause before each; null: none. */
  retry: { times: number; delayMs: number } | null;
  notes: string | null;
  position: { x: number; y: number } | null;
}

interface ReadNodes {
  entries: Entry[];
  /** Texts of sticky notes. */
  notes: string[];
}

const NOTE_TYPE = 'n8n-nodes-base.stickyNote';
const ON_ERROR: readonly N8nOnError[] = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'];

export function readNodes(list: readonly Json[], out: Diagnostic[]): ReadNodes {
  const entries: Entry[] = [];
  const notes: string[] = [];
  const seen = new Set<string>();
  list.forEach((value, i) => {
    const path: Path = ['nodes', i];
    if (!isObject(value)) {
      out.push(diagnostic('wrong-type', path, `Node ${i + 1} must be an object, not ${describe(value)}.`));
      return;
    }
    const fields = new Fields(value, path, out);
    if (value.type === NOTE_TYPE) {
      const text = isObject(value.parameters) ? value.parameters.content : undefined;
      if (typeof text === 'string' && text.trim() !== '') notes.push(text.trim());
      return;
    }
    const name = fields.required('name');
    const type = fields.required('type');
    if (name === null || type === null) return;
    const twice = seen.has(name);
    if (twice) {
      const message = `Two nodes are called ${describe(name)}; the last one counts, as in n8n. Rename one.`;
      out.push(diagnostic('bad-value', [...path, 'name'], message, { node: name, severity: 'warning' }));
    }
    seen.add(name);
    if (!ID_PATTERN.test(name)) {
      const message = `A node cannot be called ${describe(name)}: a name is 1 to 200 characters of one line. Rename it.`;
      out.push(diagnostic('bad-value', [...path, 'name'], message));
      return;
    }
    const made = entry(fields, name, type.replace(/^n8n-nodes-langchain\./, '@n8n/n8n-nodes-langchain.'));
    const before = twice ? entries.findIndex((one) => one.node.name === name) : -1;
    if (before >= 0) entries[before] = made;
    else entries.push(made);
  });
  return { entries, notes };
}

function entry(fields: Fields, name: string, type: string): Entry {
  fields.node = name;
  const parameters = fields.object('parameters');
  const retries = fields.flag('retryOnFail');
  const position = fields.position();
  return {
    node: {
      name,
      type,
      typeVersion: fields.number('typeVersion', 1),
      parameters,
      credentials: fields.credentials(),
      executeOnce: fields.flag('executeOnce'),
      onError: fields.onError(),
      attached: {},
    },
    path: fields.path,
    disabled: fields.flag('disabled'),
    alwaysOutputData: fields.flag('alwaysOutputData'),
    retry: retries
      ? {
          times: clamp(fields.number('maxTries', 3) || 3, 2, 5) - 1,
          delayMs: clamp(fields.number('waitBetweenTries', 1000) || 1000, 0, 5000),
        }
      : null,
    notes: fields.text('notes'),
    position,
  };
}

const clamp = (n: number, least: number, most: number): number => Math.round(Math.min(most, Math.max(least, n)));

/** The fields of one node. What is absent or null has its default; what has a wrong type has it too, and is told. */
class Fields {
  readonly path: Path;
  node: string | undefined;
  private readonly value: { [key: string]: Json };
  private readonly out: Diagnostic[];

  constructor(value: { [key: string]: Json }, path: Path, out: Diagnostic[]) {
    this.value = value;
    this.path = path;
    this.out = out;
  }

  /** A text that must be there. */
  required(key: string): string | null {
    const found = this.get(key);
    if (typeof found === 'string') return found;
    const at = `${this.path.join('.')}`;
    if (found === null) this.out.push(diagnostic('missing-field', this.path, `${at} needs the field ${key}.`));
    else this.wrong(key, 'text', 'error');
    return null;
  }

  text(key: string): string | null {
    const found = this.get(key);
    if (found === null || typeof found === 'string') return found;
    this.wrong(key, 'text');
    return null;
  }

  flag(key: string): boolean {
    const found = this.get(key);
    if (found === null || typeof found === 'boolean') return found ?? false;
    this.wrong(key, 'true or false');
    return Boolean(found);
  }

  number(key: string, otherwise: number): number {
    const found = this.get(key);
    if (found === null) return otherwise;
    if (typeof found === 'number' && Number.isFinite(found)) return found;
    this.wrong(key, 'a number');
    return typeof found === 'string' && Number.isFinite(Number.parseFloat(found))
      ? Number.parseFloat(found)
      : otherwise;
  }

  object(key: string): { [key: string]: Json } {
    const found = this.get(key);
    if (isObject(found)) return found;
    // An empty object of PHP and of some exports.
    if (found !== null && !(Array.isArray(found) && found.length === 0)) this.wrong(key, 'an object', 'error');
    return {};
  }

  position(): Entry['position'] {
    const found = this.get('position');
    if (found === null) return null;
    const [x, y] = Array.isArray(found) ? found : isObject(found) ? [found.x, found.y] : [];
    if (typeof x === 'number' && typeof y === 'number') return { x, y };
    this.wrong('position', 'two numbers');
    return null;
  }

  credentials(): N8nNode['credentials'] {
    const found = this.object('credentials');
    const credentials: [string, { id?: string; name?: string }][] = [];
    for (const [type, one] of Object.entries(found)) {
      // Before 0.166 the name alone.
      if (typeof one === 'string') credentials.push([type, { name: one }]);
      else if (isObject(one)) {
        const { id, name } = one;
        credentials.push([
          type,
          {
            ...(typeof id === 'string' || typeof id === 'number' ? { id: String(id) } : {}),
            ...(typeof name === 'string' ? { name } : {}),
          },
        ]);
      } else this.wrong(['credentials', type], 'an object');
    }
    return Object.fromEntries(credentials);
  }

  onError(): N8nOnError {
    const found = this.get('onError');
    const before = this.flag('continueOnFail') ? 'continueRegularOutput' : 'stopWorkflow';
    if (found === null) return before;
    const known = ON_ERROR.find((one) => one === found);
    if (known === undefined) this.wrong('onError', ON_ERROR.join(', '));
    return known ?? before;
  }

  private get(key: string): Json {
    return Object.hasOwn(this.value, key) ? (this.value[key] ?? null) : null;
  }

  private wrong(key: string | string[], expected: string, severity: 'error' | 'warning' = 'warning'): void {
    const place = [...this.path, ...(Array.isArray(key) ? key : [key])];
    const found = Array.isArray(key) ? 'something else' : describe(this.get(key));
    const message = `${place.join('.')} must be ${expected}, not ${found}.`;
    this.out.push(
      diagnostic('wrong-type', place, message, {
        severity,
        ...(this.node === undefined ? {} : { node: this.node }),
      }),
    );
  }
}
