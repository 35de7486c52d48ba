/**
 * Owns node types as the editor knows them: what `GET /nodes` says as the registry that compiler and linter ask, and
 * the ports of nodes whose parameters decide them, as the server answered. Does not call the server (use-catalog.ts).
 */
import type { NodeTypeView, ParameterView } from '@rondo/api/schemas/node.ts';
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeRegistry, NodeType, ParameterSpec, PortSpec } from '@rondo/core/model/node-type.ts';
import { placedNodes } from '../document/tree.ts';

interface PortFact {
  name: string;
  description?: string | undefined;
}

export interface Facts {
  inputs: readonly PortFact[];
  outputs: readonly PortFact[];
  unit?: 'item' | 'all' | undefined;
  paged?: boolean | undefined;
}

export interface NodePorts {
  inputs: readonly string[];
  outputs: readonly string[];
}

/** All of a catalog, as it can be handed to another thread. */
export interface CatalogParts {
  views: readonly NodeTypeView[];
  facts: ReadonlyMap<string, Facts>;
}

type Raw = Record<string, Json>;

const texts = new WeakMap<Raw, string>();
/** Parameters are asked about many times and do not change. */
function keyOf(type: string, raw: Raw): string {
  let text = texts.get(raw);
  if (text === undefined) texts.set(raw, (text = JSON.stringify(raw)));
  return `${type} ${text}`;
}
/** Answers are small; so many are kept. */
const MOST_FACTS = 5_000;

export class Catalog implements NodeRegistry {
  readonly views: ReadonlyMap<string, NodeTypeView>;
  readonly #types: ReadonlyMap<string, NodeType>;
  readonly #facts: ReadonlyMap<string, Facts>;
  /** A node does not change, and neither does what is known here. */
  readonly #ports = new WeakMap<NodeDefinition, NodePorts | null>();

  constructor(views: readonly NodeTypeView[], facts: ReadonlyMap<string, Facts> = new Map()) {
    this.views = new Map(views.map((view) => [view.type, view]));
    this.#facts = facts;
    this.#types = new Map(views.map((view) => [view.type, this.#typeOf(view)]));
  }

  parts(): CatalogParts {
    return { views: [...this.views.values()], facts: this.#facts };
  }

  get(type: string): NodeType | undefined {
    return this.#types.get(type);
  }

  list(): readonly NodeType[] {
    return [...this.#types.values()];
  }

  view(type: string): NodeTypeView | undefined {
    return this.views.get(type);
  }

  /** The same with what the server said of these nodes. */
  with(
    nodes: Readonly<Record<string, { type: string; with?: Raw }>>,
    answers: Readonly<Record<string, Facts>>,
  ): Catalog {
    const facts = new Map(this.#facts.size > MOST_FACTS ? [] : this.#facts);
    for (const [id, answer] of Object.entries(answers)) {
      const node = nodes[id];
      if (node !== undefined) facts.set(keyOf(node.type, node.with ?? {}), answer);
    }
    return new Catalog([...this.views.values()], facts);
  }

  /** Nodes whose ports nobody has said yet. */
  unknownOf(definition: Definition): Record<string, { type: string; with?: Raw }> {
    const unknown: Record<string, { type: string; with?: Raw }> = {};
    for (const { id, node } of placedNodes(definition)) {
      if (this.views.get(node.type)?.dynamicPorts !== true) continue;
      if (this.#facts.has(keyOf(node.type, node.with ?? {}))) continue;
      unknown[id] = { type: node.type, ...(node.with === undefined ? {} : { with: node.with }) };
    }
    return unknown;
  }

  /** Names of ports, with the output for errors where the node has one. Null: the type is not known. */
  portsOf(node: NodeDefinition): NodePorts | null {
    let ports = this.#ports.get(node);
    if (ports === undefined) this.#ports.set(node, (ports = this.#portsOf(node)));
    return ports;
  }

  #portsOf(node: NodeDefinition): NodePorts | null {
    const type = this.#types.get(node.type);
    if (type === undefined) return null;
    const raw = node.with ?? {};
    const names = (spec: NodeType['inputs']): string[] =>
      (typeof spec === 'function' ? spec(raw) : spec).map((port) => port.name);
    const outputs = names(type.outputs);
    if (node.loop?.onError === 'port' && !outputs.includes('error')) outputs.push('error');
    return { inputs: names(type.inputs), outputs };
  }

  #typeOf(view: NodeTypeView): NodeType {
    const { type, title, description, group, work, paged, unit, safe, block, runsOnEmpty } = view;
    const facts = (raw: Raw): Facts | undefined => this.#facts.get(keyOf(type, raw));
    const dynamic = view.dynamicPorts;
    const inputs = view.inputs.map(portOf);
    const outputs = view.outputs.map(portOf);
    return {
      type,
      title,
      description,
      group,
      work,
      inputs: dynamic ? (raw) => facts(raw)?.inputs.map(portOf) ?? inputs : inputs,
      outputs: dynamic ? (raw) => facts(raw)?.outputs.map(portOf) ?? outputs : outputs,
      parameters: parametersOf(view.parameters),
      examples: [],
      paged: dynamic ? (raw) => facts(raw)?.paged ?? paged : paged,
      ...(unit === undefined && !dynamic
        ? {}
        : {
            unit: dynamic
              ? (raw: Raw) => facts(raw)?.unit ?? unit ?? (work === 'fold' ? 'all' : 'item')
              : (unit ?? 'item'),
          }),
      ...(safe === undefined ? {} : { safe }),
      ...(block === undefined ? {} : { block }),
      ...(runsOnEmpty === undefined ? {} : { runsOnEmpty }),
      ...(view.trigger === null ? {} : { trigger: view.trigger as NonNullable<NodeType['trigger']> }),
    };
  }
}

const portOf = ({ name, description }: PortFact): PortSpec => ({
  name,
  ...(description === undefined ? {} : { description }),
});

function parametersOf(views: readonly ParameterView[]): Record<string, ParameterSpec> {
  return Object.fromEntries(
    views.map(({ name, type, fields, enum: allowed, min, max, default: preset, ...rest }) => [
      name,
      {
        ...rest,
        type: type as ParameterSpec['type'],
        ...(preset === undefined ? {} : { default: preset as Json }),
        ...(allowed === undefined ? {} : { enum: allowed }),
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
        ...(fields === undefined ? {} : { fields: parametersOf(fields) }),
      },
    ]),
  );
}
