/**
 * Owns the handlers of the contracts about runs, their loops and iterations. Each finds what the request names, checks
 * its reach and asks the file of its area.
 */
import { z } from 'zod';
import type { runContracts } from '@rondo/api/contracts/runs.ts';
import type { workflowContracts } from '@rondo/api/contracts/workflows.ts';
import { runStatus } from '@rondo/api/schemas/shared.ts';
import type { runListQuery } from '@rondo/api/schemas/run.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { RunQuery, RunRecord, RunStatus } from '@rondo/core/ports.ts';
import { isInReach } from '../../access/reach.ts';
import { Problem } from '../../http/problem.ts';
import type { Caller } from '../../http/route.ts';
import { callerOf, loopOf, runOf, workflowOf, type ApiContext } from '../context.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { Handlers } from '../implement.ts';
import { fieldsOf } from './fields.ts';
import { causesOf, commonOf } from './causes.ts';
import * as control from './control.ts';
import type { RunFeeds } from './events.ts';
import { sendExport } from './export.ts';
import { iterationPageOf, iterationView } from './iterations.ts';
import { needsLook } from './needs-look.ts';
import { nextFailed } from './next-failed.ts';
import { scoreOf } from './score.ts';
import { startRun } from './start.ts';
import { withAddresses } from './waits.ts';
import { rerunsOf, timelineOf } from './timeline.ts';
import { failureView, forgetEnded, loopView, loopViews, runView, summaryOf } from './views.ts';

type Own = typeof runContracts & Pick<typeof workflowContracts, 'startRun'>;

export function runHandlers(context: ApiContext, feeds: RunFeeds): Handlers<Own> {
  const accepted = { accepted: true };
  return {
    async startRun({ params: { id }, body, caller, request, reply }) {
      const workflow = workflowOf(context, id, { caller });
      const { mode, ...rest } = body;
      const { runId, done } = await startRun(context, workflow, rest, callerOf({ caller }), undefined, mode === 'wait');
      if (mode === 'stream') {
        feeds.stream(runId, request, reply);
        return { id: runId, status: 'running' };
      }
      if (mode === 'async' || done === null) return { id: runId, status: 'running' };
      const result = await done;
      reply.code(200);
      return {
        id: runId,
        status: result.status,
        output: result.output,
        failure: failureView(result.failure),
      };
    },
    async listRuns({ query, caller }) {
      const by = callerOf({ caller });
      if (query.needs === 'look') return { items: await needsLook(context, query.limit, by), next: null };
      return listRuns(context, query, by);
    },
    async getRun({ params: { id }, caller }) {
      const view = await runView(context, await runOf(context, id, { caller }));
      return {
        ...view,
        waits: await withAddresses(context, id, view.waits, feeds.signals(id), callerOf({ caller })),
      };
    },
    async deleteRun({ params: { id }, caller }) {
      await runOf(context, id, { caller });
      if (!(await context.store.deleteRun(id)))
        throw new Problem(409, 'run-not-ended', `Run ${id} has not ended. Cancel it first.`);
      context.versions.forgetRun(id);
      context.marks.forgetRun(id);
      forgetEnded(id);
      return undefined;
    },
    async runEvents({ params: { id }, query, caller, request, reply }) {
      await runOf(context, id, { caller });
      return feeds.stream(id, request, reply, query.under);
    },
    async cancelRun({ params: { id }, caller }) {
      await control.cancel(context, await runOf(context, id, { caller }));
      context.marks.add(id, { what: 'cancel', who: callerOf({ caller }).name });
      return accepted;
    },
    async pauseRun({ params: { id }, caller }) {
      await control.pause(context, await runOf(context, id, { caller }));
      context.marks.add(id, { what: 'pause', who: callerOf({ caller }).name });
      return accepted;
    },
    async resumeRun({ params: { id }, caller }) {
      await control.resume(context, await runOf(context, id, { caller }));
      context.marks.add(id, { what: 'resume', who: callerOf({ caller }).name });
      return accepted;
    },
    async redriveRun({ params: { id }, query: { dry }, body, caller }) {
      const who = callerOf({ caller }).name;
      const done = await control.redrive(context, await runOf(context, id, { caller }), body, dry === 'true', who);
      const { count, version = null } = done;
      if (dry !== 'true' && count > 0)
        context.marks.add(id, { what: 'rerun', who, path: body.loop ?? null, detail: { count, version } });
      return done;
    },
    async getTimeline({ params: { id }, caller }) {
      return timelineOf(context, await runOf(context, id, { caller }));
    },
    async nextFailed({ params, query: { index, step }, caller }) {
      const { run, loop } = await loopOf(context, params, { caller });
      return { failed: await nextFailed(context, run, loop, index ?? null, step === 'next') };
    },
    async listReruns({ params, caller }) {
      const { run, loop } = await loopOf(context, params, { caller });
      return { reruns: await rerunsOf(context, run, loop) };
    },
    async listLoops({ params: { id }, query: { under }, caller }) {
      return { loops: await loopViews(context, await runOf(context, id, { caller }), under ?? '') };
    },
    async patchLoop({ params, body, caller }) {
      const { run, loop } = await loopOf(context, params, { caller });
      await control.turnDials(context, run, loop, body);
      context.marks.add(run.id, { what: 'limits', who: callerOf({ caller }).name, path: loop.path, detail: body });
      const dials = (await context.store.dials(run.id)).find((one) => one.path === loop.path);
      return loopView(context, run, loop, dials);
    },
    async getScore({ params, query: { by }, caller }) {
      const { run, loop } = await loopOf(context, params, { caller });
      return scoreOf(context, run, loop, by);
    },
    async getCauses({ params, caller }) {
      const { run, loop } = await loopOf(context, params, { caller });
      return { causes: await causesOf(context, run, loop) };
    },
    async getFields({ params, caller }) {
      const { run, loop } = await loopOf(context, params, { caller });
      return fieldsOf(context, run, loop);
    },
    async getCommon({ params, caller }) {
      const { run, loop } = await loopOf(context, params, { caller });
      return commonOf(context, run, loop, params.cause);
    },
    async listIterations({ params, query, caller }) {
      const { run, loop } = await loopOf(context, params, { caller });
      return iterationPageOf(context, run, loop, query);
    },
    async getIteration({ params, query, caller }) {
      const { run, loop } = await loopOf(context, params, { caller });
      return iterationView(context, run, loop, params.index, query);
    },
    async exportLoop({ params, query, caller, reply }) {
      const { run, loop } = await loopOf(context, params, { caller });
      return sendExport(context, run, loop, query, reply);
    },
  };
}

/** Runs that are looked at for one page; a rare filter goes on with the next page. */
const MOST_LOOKED_AT = 1_000;

async function listRuns(
  context: ApiContext,
  query: z.output<typeof runListQuery>,
  caller: Caller,
): Promise<{ items: Awaited<ReturnType<typeof summaryOf>>[]; next: string | null }> {
  const { limit } = query;
  const statuses = statusesOf(query.status);
  const name = query.workflow === undefined ? undefined : nameOf(context, query.workflow);
  const asked: Omit<RunQuery, 'before' | 'limit'> = {
    ...(statuses?.length === 1 && statuses[0] !== undefined ? { status: statuses[0] } : {}),
    ...(name === undefined ? {} : { workflow: name }),
  };
  const items: Awaited<ReturnType<typeof summaryOf>>[] = [];
  let before = readCursor(query.cursor, z.string().max(200)) ?? undefined;
  let looked = 0;
  while (looked < MOST_LOOKED_AT) {
    const page = await pageOf(
      context,
      { ...asked, limit: limit + 1, ...(before === undefined ? {} : { before }) },
      statuses,
    ).catch(() => {
      throw new Problem(400, 'cursor-invalid', 'The run where the page before ended is gone. Begin again.');
    });
    // One more than asked tells that there is more.
    const more = page.length > limit;
    for (const [n, run] of page.slice(0, limit).entries()) {
      looked += 1;
      before = run.id;
      if (!fits(context, run, query, statuses, caller)) continue;
      const view = await summaryOf(context, run);
      if (query.failed !== undefined && view.failed > 0 !== (query.failed === 'true')) continue;
      items.push(view);
      if (items.length < limit) continue;
      const isLast = !more && n === page.length - 1;
      return { items, next: isLast ? null : writeCursor(before) };
    }
    if (!more) return { items, next: null };
  }
  return { items, next: before === undefined ? null : writeCursor(before) };
}

/** Of several statuses one query each: what is alive now is not looked for among all that has ended. */
async function pageOf(
  { store }: ApiContext,
  query: RunQuery,
  statuses: readonly RunStatus[] | null,
): Promise<RunRecord[]> {
  if (statuses === null || statuses.length < 2) return store.listRuns(query);
  const pages = await Promise.all(statuses.map((status) => store.listRuns({ ...query, status })));
  return pages
    .flat()
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, query.limit);
}

function statusesOf(text: string | undefined): RunStatus[] | null {
  if (text === undefined || text === '') return null;
  const read = z.array(runStatus).safeParse(text.split(',').map((one) => one.trim()));
  if (!read.success) throw new Problem(400, 'status-invalid', `${text} holds a status that runs do not have.`);
  return read.data;
}

/** Runs are kept by the name of their workflow; one that is gone is looked for by its id. */
function nameOf(context: ApiContext, id: string): string | undefined {
  return context
    .library()
    .list()
    .find((one) => one.key === id)?.name;
}

function fits(
  context: ApiContext,
  run: RunRecord,
  { workflow, trigger, search }: z.output<typeof runListQuery>,
  statuses: readonly RunStatus[] | null,
  caller: Caller,
): boolean {
  if (statuses !== null && !statuses.includes(run.status)) return false;
  const { workflowId, options, startedBy } = context.facts.of(run);
  if (!isInReach(caller, workflowId)) return false;
  if (workflow !== undefined && workflowId !== workflow) return false;
  if (trigger !== undefined && options.trigger !== trigger) return false;
  if (search === undefined || search === '') return true;
  const wanted = search.toLowerCase();
  const texts = [run.id, run.workflow, startedBy ?? '', run.failure?.message ?? '', inputText(options.input)];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

const inputText = (input: Json | undefined): string =>
  input === undefined ? '' : JSON.stringify(input).slice(0, 100_000);
