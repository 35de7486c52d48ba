/** Owns the contracts about node types and expressions. */
import { z } from 'zod';
import { contract } from '../contract.ts';
import * as n from '../schemas/node.ts';

const tag = 'Nodes';

export const nodeContracts = {
  listNodes: contract({
    method: 'GET',
    path: '/nodes',
    scope: 'workflow:read',
    tag,
    summary: 'All node types with their parameters.',
    response: z.object({ nodes: z.array(n.nodeType) }),
  }),
  nodePorts: contract({
    method: 'POST',
    path: '/nodes/ports',
    scope: 'workflow:read',
    tag,
    summary: 'Ports of nodes whose parameters decide them.',
    body: n.portsBody,
    response: n.ports,
  }),
  listNames: contract({
    method: 'GET',
    path: '/expressions/names',
    scope: 'workflow:read',
    tag,
    summary: 'Names that expressions may use, and functions of values.',
    response: z.object({
      names: z.array(n.scopeName),
      functions: z.array(z.string()),
      /** The model that proposes lists; null: none is configured. */
      model: z.string().nullable(),
    }),
  }),
  previewExpression: contract({
    method: 'POST',
    path: '/expressions/preview',
    scope: 'workflow:write',
    tag,
    summary: 'What an expression yields for given data.',
    body: n.previewBody,
    response: n.preview,
  }),
  suggestExpression: contract({
    method: 'POST',
    path: '/expressions/suggest',
    scope: 'workflow:write',
    tag,
    summary: 'The list of a loop as the configured model proposes it, tried on the data of a run.',
    body: n.suggestBody,
    response: n.suggestion,
    maxBytes: 12_000_000,
    timeoutMs: 150_000,
  }),
} as const;
