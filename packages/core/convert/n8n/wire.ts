/**
 * Owns the wires of a n8n file as `after` of the definition: indexes of outputs and inputs become names of ports.
 */
import { diagnostic, type Diagnostic } from '../../errors.ts';
import type { After } from '../../model/definition.ts';
import type { Wire } from './connections.ts';
import { isTrigger } from './graph.ts';
import type { MappedEntry } from './map-nodes.ts';

const ERROR_PORT = 'error';

/** `after` of each node that has one. */
export function wireNodes(
  nodes: ReadonlyMap<string, MappedEntry>,
  wires: readonly Wire[],
  out: Diagnostic[],
): Map<string, After> {
  const byInput = new Map<string, Map<string, string[]>>();
  for (const wire of wires) {
    const from = nodes.get(wire.from);
    const to = nodes.get(wire.to);
    if (from === undefined || to === undefined) continue;
    const port = inputPort(to, wire, out);
    const source = port === null ? null : sourceText(from, wire, nodes, out);
    if (port === null || source === null) continue;
    const inputs = byInput.get(wire.to) ?? new Map<string, string[]>();
    byInput.set(wire.to, inputs);
    const sources = inputs.get(port);
    if (sources === undefined) inputs.set(port, [source]);
    else sources.push(source);
  }
  return new Map([...byInput].map(([name, inputs]) => [name, afterOf(inputs)]));
}

/** The name of the only input, which is not written. */
const ONLY = '';

function afterOf(inputs: ReadonlyMap<string, string[]>): After {
  const short = (sources: string[]): string | string[] => (sources.length === 1 ? (sources[0] as string) : sources);
  const only = inputs.get(ONLY);
  if (only !== undefined) return short(only);
  return Object.fromEntries([...inputs].sort(byName).map(([port, sources]) => [port, short(sources)]));
}

const byName = ([a]: [string, string[]], [b]: [string, string[]]): number =>
  a.localeCompare(b, 'en', { numeric: true });

function leftOut(wire: Wire, message: string, out: Diagnostic[]): null {
  out.push(
    diagnostic('unknown-port', wire.path, `${message}; the connection is left out.`, {
      severity: 'warning',
      node: wire.to,
    }),
  );
  return null;
}

function inputPort({ entry, mapped }: MappedEntry, wire: Wire, out: Diagnostic[]): string | null {
  const { name } = entry.node;
  if (isTrigger(mapped.type)) return leftOut(wire, `${name} is a trigger and takes no items`, out);
  if (mapped.inputs === undefined) {
    return wire.input === 0 ? ONLY : leftOut(wire, `${name} has one input, not ${wire.input + 1}`, out);
  }
  const port = mapped.inputs[wire.input];
  return port ?? leftOut(wire, `${name} has ${mapped.inputs.length} inputs, not ${wire.input + 1}`, out);
}

/** The output as `after` writes it. */
function sourceText(
  { entry, mapped, placeholder, pinned }: MappedEntry,
  wire: Wire,
  nodes: ReadonlyMap<string, MappedEntry>,
  out: Diagnostic[],
): string | null {
  const { name, onError } = entry.node;
  const regular = mapped.outputs?.length ?? 1;
  // What passes its items through, or has them from outside, gives them by the first output only.
  if (entry.disabled || pinned) return wire.output === 0 ? name : null;
  if (placeholder) return name;
  if (wire.output < regular) {
    const port = mapped.outputs?.[wire.output];
    return port === undefined ? name : portText(name, port, wire, nodes, out);
  }
  if (wire.output === regular && onError === 'continueErrorOutput') {
    // Some nodes handle what fails themselves: nothing ever leaves there.
    const handled = mapped.loop?.onError;
    return handled === undefined || handled === 'port' ? portText(name, ERROR_PORT, wire, nodes, out) : null;
  }
  return leftOut(wire, `${name} has ${regular} output${regular === 1 ? '' : 's'}, not ${wire.output + 1}`, out);
}

/** `node.port`, which must not be the beginning of another node's name. */
function portText(
  name: string,
  port: string,
  wire: Wire,
  nodes: ReadonlyMap<string, MappedEntry>,
  out: Diagnostic[],
): string | null {
  const text = `${name}.${port}`;
  for (let end = text.length; end > name.length; end = text.lastIndexOf('.', end - 1)) {
    if (!nodes.has(text.slice(0, end))) continue;
    const message = `The output ${port} of ${name} cannot be told from the node ${text.slice(0, end)}. Rename one of the nodes.`;
    out.push(diagnostic('bad-value', wire.path, message, { node: name }));
    return null;
  }
  return text;
}
