/**
 * Owns what becomes of each node of a n8n file: what the mapping of its type answers, or a placeholder for a node
 * that does not run. A node that has nothing native stands in the way only when a run can come to it.
 */
import { diagnostic, type Diagnostic } from '../../errors.ts';
import type { Wire } from './connections.ts';
import { isTrigger, looksLikeTrigger, reached } from './graph.ts';
import type { Mapped, Report } from './node.ts';
import type { Entry } from './read-nodes.ts';
import { MAPPINGS } from './types/index.ts';
import { newerThanKnown } from './versions.ts';

export interface MappedEntry {
  entry: Entry;
  mapped: Mapped;
  /** Stands for a node that never runs; its ports mean nothing. */
  placeholder: boolean;
  /** Its items are given: they leave by its first output. */
  pinned: boolean;
}

interface MapOptions {
  strict: boolean;
  timezone: string | null;
  wires: readonly Wire[];
  /** Nodes whose items are pinned: they are not run. */
  pinned: ReadonlySet<string>;
}

interface Tried {
  entry: Entry;
  mapped: Mapped | null;
  said: Diagnostic[];
}

interface MappedNodes {
  nodes: Map<string, MappedEntry>;
  /** Nodes that runs start at; none: the workflow has no trigger. */
  triggers: string[];
}

export function mapNodes(entries: readonly Entry[], options: MapOptions, out: Diagnostic[]): MappedNodes {
  const tried = entries.map((entry) => tryMapping(entry, options));
  const starts = triggersOf(tried, options.pinned);
  const roots = starts.length > 0 ? starts : rootsOf(entries, options.wires);
  const reachable = reached(roots, options.wires);
  const nodes = new Map<string, MappedEntry>();
  for (const { entry, mapped, said } of tried) {
    const { name } = entry.node;
    const why = entry.disabled
      ? 'It is disabled'
      : options.pinned.has(name)
        ? 'Its items are pinned'
        : reachable.has(name)
          ? null
          : 'Nothing leads to it';
    if (why === null) out.push(...said);
    else if (mapped === null) out.push(...said.filter((one) => one.severity === 'error').map((one) => eased(one, why)));
    const stands = mapped ?? placeholder(entry, options);
    nodes.set(name, { entry, mapped: stands, placeholder: mapped === null, pinned: options.pinned.has(name) });
  }
  return { nodes, triggers: starts };
}

function eased(one: Diagnostic, why: string): Diagnostic {
  return { ...one, severity: 'warning', message: `${one.message} ${why}, so it stays without effect.` };
}

function tryMapping(entry: Entry, options: MapOptions): Tried {
  const { node } = entry;
  const said: Diagnostic[] = [];
  const at = (parameter: string | undefined): (string | number)[] => [
    ...entry.path,
    ...(parameter === undefined ? [] : ['parameters', ...parameter.split('.').map(segment)]),
  ];
  const named = (message: string): string => `${node.name} (${node.type}): ${message}`;
  let failed = false;
  const report: Report = {
    unsupported(message, parameter) {
      failed = true;
      said.push(diagnostic('not-supported', at(parameter), named(message), { node: node.name }));
    },
    differs(message, parameter) {
      said.push(diagnostic('differs', at(parameter), named(message), { node: node.name, severity: 'warning' }));
    },
    changed(message, parameter) {
      said.push(diagnostic('converted', at(parameter), named(message), { node: node.name, severity: 'hint' }));
    },
    strict: options.strict,
    timezone: options.timezone,
  };
  const mapping = Object.hasOwn(MAPPINGS, node.type) ? MAPPINGS[node.type] : undefined;
  if (mapping === undefined) {
    report.unsupported('there is no such node in Rondo. Replace or disable it, or pin its items.');
    return { entry, mapped: null, said };
  }
  if (!(node.typeVersion > 0)) {
    report.unsupported(`there is no version ${node.typeVersion} of this node; versions begin at 1.`);
    return { entry, mapped: null, said };
  }
  const newest = newerThanKnown(node.type, node.typeVersion);
  if (newest !== null)
    report.differs(`the file has version ${node.typeVersion} of it; versions up to ${newest} are known here.`);
  const mapped = mapping(node, report);
  if (mapped === null && !failed) report.unsupported('this node cannot be converted.');
  return { entry, mapped: failed ? null : mapped, said };
}

const segment = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text);

/** Enabled nodes that a run can start at. Those of unknown types count where there are no others. */
function triggersOf(tried: readonly Tried[], pinned: ReadonlySet<string>): string[] {
  const enabled = tried.filter(({ entry }) => !entry.disabled);
  const known = enabled.filter(
    ({ entry, mapped }) =>
      (mapped !== null && isTrigger(mapped.type)) || (looksLikeTrigger(entry.node.type) && pinned.has(entry.node.name)),
  );
  const found = known.length > 0 ? known : enabled.filter(({ entry }) => looksLikeTrigger(entry.node.type));
  return found.map(({ entry }) => entry.node.name);
}

/** Nodes that nothing leads to; of a mere circle, the first. */
export function rootsOf(entries: readonly Entry[], wires: readonly Wire[]): string[] {
  const targets = new Set(wires.map((wire) => wire.to));
  const names = entries.map((entry) => entry.node.name);
  const roots = names.filter((name) => !targets.has(name));
  return roots.length > 0 ? roots : names.slice(0, 1);
}

/** Something with as many inputs as are connected; it passes its first one on, when it is disabled. */
function placeholder(entry: Entry, options: MapOptions): Mapped {
  const { name, type } = entry.node;
  if (looksLikeTrigger(type) && options.pinned.has(name)) return { type: 'manual' };
  const inputs = Math.max(0, ...options.wires.filter((wire) => wire.to === name).map((wire) => wire.input)) + 1;
  if (inputs < 2) return { type: 'no-op' };
  const count = Math.min(inputs, 10);
  return {
    type: 'merge',
    with: { inputs: count },
    inputs: Array.from({ length: count }, (_, i) => `input${i + 1}`),
  };
}
