/** Owns node types and expression previews as the API gives and takes them. */
import { z } from 'zod';
import { failure, json } from './shared.ts';

export interface ParameterView {
  name: string;
  type: string;
  description: string;
  required: boolean;
  default?: unknown;
  enum?: (string | number)[] | undefined;
  min?: number | undefined;
  max?: number | undefined;
  evaluate: 'unit' | 'item' | 'never';
  jinja: boolean;
  fields?: ParameterView[] | undefined;
}

export const parameter: z.ZodType<ParameterView> = z.lazy(() =>
  z.object({
    name: z.string(),
    type: z.string(),
    description: z.string(),
    required: z.boolean(),
    default: json.optional(),
    enum: z.array(z.union([z.string(), z.number()])).optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    evaluate: z.enum(['unit', 'item', 'never']),
    jinja: z.boolean(),
    fields: z.array(parameter).optional(),
  }),
);

const port = z.object({ name: z.string(), description: z.string().optional() });

export const nodeType = z.object({
  type: z.string(),
  title: z.string(),
  description: z.string(),
  group: z.enum(['trigger', 'flow', 'data', 'integration', 'loop']),
  work: z.enum(['kernel', 'fold', 'effect', 'container']),
  /** Of the defaults; ports may depend on parameters. */
  inputs: z.array(port),
  outputs: z.array(port),
  /** Ports, unit or paging depend on parameters: ask POST /nodes/ports. */
  dynamicPorts: z.boolean(),
  paged: z.boolean(),
  /** What it sees in one call; with the defaults. */
  unit: z.enum(['item', 'all']).optional(),
  /** Repeating it changes nothing. */
  safe: z.boolean().optional(),
  block: z.boolean().optional(),
  runsOnEmpty: z.boolean().optional(),
  trigger: z.string().nullable(),
  parameters: z.array(parameter),
  examples: z.array(z.object({ title: z.string(), with: z.record(z.string(), json) })),
});

/** Ports of nodes whose parameters decide them. */
export const portsBody = z.object({
  nodes: z.record(z.string(), z.object({ type: z.string(), with: z.record(z.string(), json).optional() })),
});
export const ports = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      inputs: z.array(port),
      outputs: z.array(port),
      unit: z.enum(['item', 'all']).optional(),
      paged: z.boolean().optional(),
    }),
  ),
});

export const scopeName = z.object({ name: z.string(), kind: z.string(), usage: z.string(), doc: z.string() });

export const previewScope = z.object({
  /** Items that the node got. */
  input: z.array(json).default([]),
  /** Position in the list. */
  index: z.number().int().default(0),
  /** Output items of other nodes, by id. */
  nodes: z.record(z.string(), z.array(json)).default({}),
  vars: json.optional(),
  loops: z.array(json).optional(),
});

export const previewBody = z.object({
  /** A parameter: any JSON whose texts may hold {{ }}. */
  template: json,
  /** At most four sets of data to try it on. */
  scopes: z.array(previewScope).max(4).default([]),
  /** Or the data that a node had in at most four iterations of a run, instead of scopes. */
  run: z
    .object({
      id: z.string(),
      loop: z.string(),
      indices: z.array(z.number().int().min(0)).min(1).max(4),
      node: z.string(),
    })
    .optional(),
  /** Whose names and text rules the template follows. */
  dialect: z.enum(['native', 'n8n', 'dify', 'openflow']).default('native'),
});

export const preview = z.object({
  /** One per scope or index, in their order. */
  results: z.array(z.object({ value: json, failure: failure.nullable() })),
});

export const suggestBody = z.object({
  /** The workflow as it is in the page. */
  definition: z.record(z.string(), json),
  /** Whose list is wanted: a node with a loop section. */
  node: z.string().max(200),
  /** What one wants, in own words. */
  task: z.string().max(2_000).default(''),
  /** The run whose data a proposal is tried on; inside a loop, with the iteration around. Default: pinned data. */
  run: z
    .object({ id: z.string(), loop: z.string().max(2_000).optional(), index: z.number().int().min(0).optional() })
    .optional(),
  /** Short values may be sent to the model, too; without it, only names, types and lengths are. */
  values: z.boolean().default(false),
});

export const suggestion = z.object({
  /** With its braces, for `loop.over`. */
  expression: z.string(),
  /** A sentence of the model. */
  why: z.string(),
  /** What it gave on that data: how many elements, and the first of them. */
  count: z.number().int(),
  first: z.array(json),
  /** What the model was told of the data, line by line. */
  told: z.array(z.string()),
  model: z.string(),
});

export type SuggestionView = z.output<typeof suggestion>;
export type NodeTypeView = z.output<typeof nodeType>;
export type ScopeNameView = z.output<typeof scopeName>;
