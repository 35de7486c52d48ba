/**
 * Owns the way from the parsed JSON of a n8n file - an export, or what the clipboard holds - to a native definition.
 * Its steps are beside it: nodes and wires are read, each node is mapped by its type, wires become `after`.
 */
import { storeCommand } from '../../model/secret-name.ts';
import { secretOf } from './types/credentials.ts';
import { diagnostic, type Diagnostic } from '../../errors.ts';
import type { Definition, LoopSettings, NodeDefinition } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { describe, isObject } from '../../model/shape.ts';
import { refused, type Converter } from '../converted.ts';
import { readConnections, type Wire } from './connections.ts';
import { inWireOrder } from './graph.ts';
import { mapNodes, rootsOf, type MappedEntry } from './map-nodes.ts';
import { originsFor } from './origin.ts';
import { readPins } from './pins.ts';
import { readNodes, type Entry } from './read-nodes.ts';
import { readSettings } from './settings.ts';
import { wireNodes } from './wire.ts';

export const convertN8n: Converter = (value, options) => {
  if (!Array.isArray(value.nodes)) {
    return refused(['nodes'], `nodes must be a list, not ${describe(value.nodes ?? null)}.`);
  }
  const out: Diagnostic[] = [];
  const { entries: all, notes } = readNodes(value.nodes, out);
  if (all.length === 0 && out.length === 0) return refused(['nodes'], 'The workflow has no nodes to run.');
  const settings = readSettings(value.settings, options.strict, out);
  const names = new Set(all.map((entry) => entry.node.name));
  const { wires, attachments } = readConnections(value.connections, names, out);
  const attached = attach(all, wires, attachments);
  const kept = all.filter((entry) => !attached.has(entry.node.name));
  const pins = options.unattended === true ? new Map<string, Json[]>() : readPins(value.pinData, kept, out);
  const pinned = new Set([...pins.keys(), ...(options.pinned ?? [])]);
  const entries = inWireOrder(kept, wires, settings.order === 'n8n-v0');
  const { nodes, triggers } = mapNodes(
    entries,
    { strict: options.strict, timezone: settings.timezone ?? null, wires, pinned },
    out,
  );
  const after = wireNodes(nodes, wires, out);
  hintSecrets(all, nodes, out);
  if (out.some((one) => one.severity === 'error')) return { definition: null, diagnostics: out };
  const native = new Map<string, NodeDefinition>();
  const layout: NonNullable<Definition['layout']> = {};
  if (triggers.length === 0) {
    const id = addTrigger(native, entries, wires, names, out);
    for (const name of rootsOf(entries, wires)) if (!after.has(name)) after.set(name, id);
  }
  const originOf = originsFor(entries, value.nodes);
  for (const [name, { entry, mapped }] of nodes) {
    const from = after.get(name);
    const pin = pins.get(name);
    const origin = originOf(entry);
    native.set(name, {
      type: mapped.type,
      ...(entry.notes ? { notes: entry.notes } : {}),
      ...(from === undefined ? {} : { after: from }),
      ...(mapped.with === undefined ? {} : { with: mapped.with }),
      ...loopOf({ entry, mapped }),
      ...((mapped.executeOnce ?? entry.node.executeOnce) ? { executeOnce: true } : {}),
      ...(entry.alwaysOutputData ? { alwaysOutput: true } : {}),
      ...(entry.disabled ? { disabled: true } : {}),
      ...(pin === undefined || entry.disabled ? {} : { pin }),
      ...(origin === undefined ? {} : { origin }),
    });
    if (entry.position !== null) layout[name] = entry.position;
  }
  const definition: Definition = {
    rondo: 1,
    ...idOf(value.id),
    name: typeof value.name === 'string' && value.name.trim() !== '' ? value.name : titleOf(options.file),
    ...descriptionOf(value, notes),
    settings,
    nodes: Object.fromEntries(native),
    ...(Object.keys(layout).length > 0 ? { layout } : {}),
  };
  return { definition, diagnostics: out };
};

/** Hands sub-nodes to the nodes that they belong to. Answers their names: they are no steps of the workflow. */
function attach(
  entries: readonly Entry[],
  wires: readonly Wire[],
  attachments: readonly { from: string; to: string; kind: string }[],
): Set<string> {
  const byName = new Map(entries.map((entry) => [entry.node.name, entry]));
  const wired = new Set(wires.flatMap((wire) => [wire.from, wire.to]));
  const attached = new Set<string>();
  for (const { from, to, kind } of attachments) {
    const sub = byName.get(from);
    const owner = byName.get(to);
    if (sub === undefined || owner === undefined) continue;
    if (!wired.has(from)) attached.add(from);
    if (sub.disabled) continue;
    const list = Object.hasOwn(owner.node.attached, kind) ? owner.node.attached[kind] : undefined;
    if (list === undefined) Object.defineProperty(owner.node.attached, kind, { value: [sub.node], enumerable: true });
    else if (!list.includes(sub.node)) list.push(sub.node);
  }
  return attached;
}

function addTrigger(
  native: Map<string, NodeDefinition>,
  entries: readonly Entry[],
  wires: readonly Wire[],
  names: ReadonlySet<string>,
  out: Diagnostic[],
): string {
  let id = 'Start';
  while (names.has(id)) id += ' here';
  native.set(id, { type: 'manual' });
  const roots = rootsOf(entries, wires).join(', ');
  const message = `There is no trigger; the run starts by hand at the node ${id}, which leads to ${roots}.`;
  out.push(diagnostic('converted', ['nodes'], message, { severity: 'hint' }));
  return id;
}

function loopOf({ entry, mapped }: Pick<MappedEntry, 'entry' | 'mapped'>): { loop?: LoopSettings } {
  const { onError } = entry.node;
  const loop: LoopSettings = {
    ...(onError === 'continueRegularOutput' ? { onError: 'item' as const } : {}),
    ...(onError === 'continueErrorOutput' ? { onError: 'port' as const } : {}),
    ...(entry.retry === null
      ? {}
      : { retry: { times: entry.retry.times, delay: entry.retry.delayMs, backoff: 1, always: true } }),
    ...mapped.loop,
  };
  return Object.keys(loop).length > 0 ? { loop } : {};
}

function hintSecrets(all: readonly Entry[], nodes: ReadonlyMap<string, MappedEntry>, out: Diagnostic[]): void {
  for (const entry of all) {
    const own = nodes.get(entry.node.name);
    if (entry.disabled || own?.placeholder === true) continue;
    for (const [type, { name }] of Object.entries(entry.node.credentials)) {
      const commands = secretsOf(own?.mapped.with, secretOf(entry.node, type)).map(storeCommand).join('  and  ');
      const how = commands === '' ? '' : ` Store what it needs: ${commands}`;
      const message = `${entry.node.name} uses the credentials ${describe(name ?? type)} (${type}), which the file does not hold.${how}`;
      const path = [...entry.path, 'credentials', type];
      out.push(diagnostic('converted', path, message, { severity: 'hint', node: entry.node.name }));
    }
  }
}

/** Names of secrets that the native node asks for because of this credential: the credential's, or its with a field. */
function secretsOf(parameters: unknown, credential: string): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string' && (value === credential || value.startsWith(`${credential} `))) found.add(value);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(visit);
  };
  visit(parameters);
  return [...found];
}

function idOf(id: Json | undefined): { id?: string } {
  if (typeof id === 'string' && id.trim() !== '') return { id };
  return typeof id === 'number' ? { id: String(id) } : {};
}

function descriptionOf(value: { [key: string]: Json }, notes: readonly string[]): { description?: string } {
  const meta = isObject(value.meta) ? value.meta.description : undefined;
  const texts = [value.description, meta, ...notes].filter(
    (text): text is string => typeof text === 'string' && text.trim() !== '',
  );
  return texts.length > 0 ? { description: texts.join('\n\n') } : {};
}

function titleOf(file: string): string {
  return (file.split(/[\\/]/).at(-1) ?? file).replace(/\.[^.]*$/, '') || 'workflow';
}
