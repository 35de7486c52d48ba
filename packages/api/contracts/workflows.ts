/** Owns the contracts about workflows. */
import { z } from 'zod';
import { contract } from '../contract.ts';
import { cursor, id, limit, page } from '../schemas/shared.ts';
import { startBody } from '../schemas/run.ts';
import * as w from '../schemas/workflow.ts';

const tag = 'Workflows';
const one = z.object({ id });

export const workflowContracts = {
  listWorkflows: contract({
    method: 'GET',
    path: '/workflows',
    scope: 'workflow:read',
    tag,
    summary: 'Workflows by name, with their last runs.',
    query: z.object({ cursor: cursor.optional(), limit, search: z.string().max(200).optional() }),
    response: page(w.workflowSummary),
  }),
  createWorkflow: contract({
    method: 'POST',
    path: '/workflows',
    scope: 'workflow:write',
    tag,
    summary: 'Saves a new workflow. It may have mistakes; it runs when they are gone.',
    body: w.workflowBody,
    response: w.workflow,
    status: 201,
    maxBytes: 12_000_000,
  }),
  getWorkflow: contract({
    method: 'GET',
    path: '/workflows/{id}',
    scope: 'workflow:read',
    tag,
    summary: 'One workflow: text, definition, diagnostics.',
    params: one,
    query: z.object({ version: z.coerce.number().int().optional() }),
    response: w.workflow,
  }),
  updateWorkflow: contract({
    method: 'PUT',
    path: '/workflows/{id}',
    scope: 'workflow:write',
    tag,
    summary: 'Saves a new version.',
    params: one,
    body: w.workflowBody,
    response: w.workflow,
    maxBytes: 12_000_000,
  }),
  deleteWorkflow: contract({
    method: 'DELETE',
    path: '/workflows/{id}',
    scope: 'workflow:write',
    tag,
    summary: 'Deletes a workflow and its versions; its runs stay.',
    params: one,
    status: 204,
  }),
  presence: contract({
    method: 'PUT',
    path: '/workflows/{id}/presence',
    scope: 'workflow:read',
    tag,
    summary: 'Says that the caller has it open, every ten seconds; who else has, and the newest version.',
    params: one,
    body: z.object({}),
    response: w.presence,
  }),
  listVersions: contract({
    method: 'GET',
    path: '/workflows/{id}/versions',
    scope: 'workflow:read',
    tag,
    summary: 'Versions, newest first.',
    params: one,
    query: z.object({ cursor: cursor.optional(), limit }),
    response: page(w.version),
  }),
  checkWorkflow: contract({
    method: 'POST',
    path: '/workflows/check',
    scope: 'workflow:read',
    tag,
    summary: 'Everything that can be said of a workflow without running it. Nothing is saved.',
    body: w.checkBody,
    response: w.checked,
    maxBytes: 12_000_000,
  }),
  convertWorkflow: contract({
    method: 'POST',
    path: '/workflows/convert',
    scope: 'workflow:read',
    tag,
    summary: 'An n8n, Dify or Windmill file as a native workflow, with what was changed. Nothing is saved.',
    body: w.convertBody,
    response: w.converted,
    maxBytes: 12_000_000,
  }),
  startRun: contract({
    method: 'POST',
    path: '/workflows/{id}/runs',
    scope: 'run:start',
    tag: 'Runs',
    summary: 'Starts a run: answers at once (202), at its end, or with its events.',
    params: one,
    body: startBody,
    response: z.object({ id, status: z.string(), output: z.unknown().optional(), failure: z.unknown().optional() }),
    status: 202,
    maxBytes: 50_000_000,
  }),
} as const;
