/**
 * Owns the handlers of the contracts about node types and expressions. Expressions are evaluated in the evaluator's
 * child only, with its limits (preview.ts).
 */
import type { z } from 'zod';
import type { nodeContracts } from '@rondo/api/contracts/nodes.ts';
import type { nodeType, ParameterView, ports } from '@rondo/api/schemas/node.ts';
import { FUNCTION_NAMES } from '@rondo/core/expression/function-names.ts';
import { SCOPE_NAMES } from '@rondo/core/expression/names.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeType, ParameterSpec, PortSpec } from '@rondo/core/model/node-type.ts';
import { Problem } from '../../http/problem.ts';
import type { Caller } from '../../http/route.ts';
import { callerOf, type ApiContext } from '../context.ts';
import type { Handlers } from '../implement.ts';
import type { Suggest } from '../suggest/suggest.ts';
import type { Preview } from './preview.ts';

type TypeView = z.input<typeof nodeType>;
type Ports = readonly PortSpec[] | ((raw: Record<string, Json>) => readonly PortSpec[]);

export function nodeHandlers(context: ApiContext, preview: Preview, suggest: Suggest): Handlers<typeof nodeContracts> {
  let listed: TypeView[] | null = null;
  return {
    async listNodes() {
      listed ??= context.registry.list().map(typeView);
      return { nodes: listed };
    },
    async nodePorts({ body: { nodes } }) {
      const found: z.input<typeof ports>['nodes'] = {};
      for (const [id, { type, with: given }] of Object.entries(nodes)) {
        const known = context.registry.get(type);
        if (known === undefined) continue;
        const raw = (given ?? {}) as Record<string, Json>;
        found[id] = {
          inputs: portsOf(known.inputs, raw),
          outputs: portsOf(known.outputs, raw),
          ...shapeOf(known, raw),
        };
      }
      return { nodes: found };
    },
    async listNames() {
      return {
        names: SCOPE_NAMES.map(({ name, kind, usage, doc }) => ({ name, kind, usage, doc })),
        functions: [...FUNCTION_NAMES],
        model: suggest.model(),
      };
    },
    async previewExpression({ body, caller }) {
      if (body.run !== undefined) mayReadRuns(caller);
      return preview.of(body, caller);
    },
    async suggestExpression({ body, caller, reply }) {
      if (body.run !== undefined) mayReadRuns(caller);
      // Whoever goes away does not wait for the model.
      const gone = new AbortController();
      reply.raw.on('close', () => gone.abort());
      return suggest.of(context, body, { caller, signal: gone.signal });
    },
  };
}

/** Data of a run is for those who may read runs, also where it comes by way of an expression. */
function mayReadRuns(caller: Caller | null): void {
  const { name, scopes } = callerOf({ caller });
  if (scopes.has('run:read')) return;
  throw new Problem(403, 'scope-missing', `${name} does not have the scope run:read.`, {
    more: { scope: 'run:read' },
  });
}

/** Functions of parameters are made for whole ones; a draft may have none of them yet. */
function portsOf(ports: Ports, raw: Record<string, Json>): PortSpec[] {
  try {
    return (typeof ports === 'function' ? ports(raw) : ports).map(({ name, description }) => ({
      name,
      ...(description === undefined ? {} : { description }),
    }));
  } catch {
    return [];
  }
}

/** What depends on parameters besides ports. */
function shapeOf({ unit, paged }: NodeType, raw: Record<string, Json>): { unit?: 'item' | 'all'; paged: boolean } {
  try {
    const seen = typeof unit === 'function' ? unit(raw) : unit;
    return {
      ...(seen === undefined ? {} : { unit: seen }),
      paged: typeof paged === 'function' ? paged(raw) : (paged ?? false),
    };
  } catch {
    return { paged: false };
  }
}

function typeView(type: NodeType): TypeView {
  return {
    type: type.type,
    title: type.title,
    description: type.description,
    group: type.group,
    work: type.work,
    inputs: portsOf(type.inputs, {}),
    outputs: portsOf(type.outputs, {}),
    dynamicPorts: [type.inputs, type.outputs, type.unit, type.paged].some((one) => typeof one === 'function'),
    ...shapeOf(type, {}),
    safe: type.safe ?? false,
    block: type.block ?? false,
    runsOnEmpty: type.runsOnEmpty ?? false,
    trigger: type.trigger ?? null,
    parameters: parametersOf(type.parameters),
    examples: type.examples.map(({ title, with: given }) => ({ title, with: given })),
  };
}

function parametersOf(specs: Record<string, ParameterSpec>): ParameterView[] {
  return Object.entries(specs).map(([name, spec]) => ({
    name,
    type: spec.type,
    description: spec.description,
    required: spec.required ?? false,
    ...(spec.default === undefined ? {} : { default: spec.default }),
    ...(spec.enum === undefined ? {} : { enum: [...spec.enum] }),
    ...(spec.min === undefined ? {} : { min: spec.min }),
    ...(spec.max === undefined ? {} : { max: spec.max }),
    evaluate: spec.evaluate ?? 'unit',
    jinja: spec.jinja ?? false,
    ...(spec.fields === undefined ? {} : { fields: parametersOf(spec.fields) }),
  }));
}
