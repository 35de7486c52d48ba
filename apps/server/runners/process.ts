/**
 * Owns a runner process from inside: opens the store for itself, drives the runs that the server names, tells how they
 * go. Ends when the server is gone, however that happened: whoever is next takes the runs over. Knows no HTTP.
 */
import { setPriority } from 'node:os';
import { registry } from '@rondo/nodes/registry.ts';
import type { Driven } from '../runs/launcher.ts';
import type { Runner, RunServices } from '@rondo/runtime/api.ts';
import { createRunner } from '@rondo/runtime/runner/runner.ts';
import { servicesFor } from '@rondo/runtime/services/for-runner.ts';
import { openStore } from '@rondo/runtime/stores/open.ts';
import { writeError, type FromRunner, type Order, type RunnerSetup, type ToRunner } from './messages.ts';
import { Outbox } from './outbox.ts';

/** Of nice(1). */
const LATER = 5;
/** That a secret is used is told so often. */
const USED_MS = 60_000;
/** Loops that are told with the end of a run; all are in the store. */
const MOST_LOOPS = 1_000;

interface Opened {
  runner: Runner;
  close(): Promise<void>;
}

const going = new Map<string, Driven>();
const searches = new Map<number, (workflow: { text: string; file: string } | null) => void>();
let searched = 0;
let opening: Promise<Opened> | null = null;
let signalBase = '';
let hostsLimited = false;
const entering = new Map<number, () => void>();
let entered = 0;

// Ctrl-C goes to all processes of a terminal; this one ends when the server says so.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.title = 'rondo runner';
// On a small machine the server answers first; what is started here has the same priority.
try {
  setPriority(LATER);
} catch {
  // Where a container forbids even that, all are equal.
}
process.once('disconnect', () => process.exit(0));
process.on('message', (message: ToRunner) => void take(message));

function tell(message: FromRunner): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

const outbox = new Outbox((list) => tell({ type: 'progress', list }));

async function take(message: ToRunner): Promise<void> {
  switch (message.type) {
    case 'setup':
      ({ signalBase, hostsLimited } = message.setup);
      opening = open(message.setup);
      // Whatever is wrong is told with each order; the server sees that it never gets ready.
      await opening.then(
        () => tell({ type: 'ready' }),
        (error: unknown) => {
          process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1));
        },
      );
      break;
    case 'address':
      ({ signalBase } = message);
      break;
    case 'hosts':
      hostsLimited = message.limited;
      break;
    case 'entered':
      entering.get(message.id)?.();
      break;
    case 'order':
      await obey(message);
      break;
    case 'stop':
      going.get(message.run)?.[message.how]();
      break;
    case 'found':
      searches.get(message.id)?.(message.workflow);
      searches.delete(message.id);
      break;
    case 'ping':
      await tell({ type: 'pong' });
      break;
    case 'close':
      await close();
      break;
  }
}

async function open(setup: RunnerSetup): Promise<Opened> {
  const store = await openStore(setup.database);
  const kept = await servicesFor(setup.folder, setup.encryptionKey ?? undefined);
  // Now, as secrets are asked for without waiting, also those that are made later.
  await kept.open();
  const runner = createRunner({
    store,
    registry,
    services: noting(kept.services),
    secrets: setup.secrets,
    egressAllow: setup.egressAllow,
    enterHost,
    blobs: setup.blobs,
    signalUrl: (token) => `${signalBase}${token}`,
    findWorkflow: (reference) =>
      new Promise((resolve) => {
        searched += 1;
        searches.set(searched, resolve);
        void tell({ type: 'find', id: searched, reference });
      }),
  });
  return {
    runner,
    async close() {
      await runner.close();
      await kept.close();
      await store.close();
    },
  };
}

/** The server counts for all its runner processes together. */
function enterHost(host: string, signal?: AbortSignal): Promise<() => void> {
  if (!hostsLimited) return Promise.resolve(() => {});
  entered += 1;
  const id = entered;
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      if (entering.delete(id)) void tell({ type: 'left', id });
    };
    const onAbort = (): void => {
      leave();
      reject(signal?.reason as Error);
    };
    entering.set(id, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve(leave);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    else void tell({ type: 'enter', id, host });
  });
}

/** The same services; that a secret was asked for is told now and then. */
function noting(services: RunServices): RunServices {
  const toldAt = new Map<string, number>();
  return {
    within: services.within,
    secret(name) {
      const found = services.secret(name);
      const now = Date.now();
      if (found !== null && now - (toldAt.get(name) ?? 0) >= USED_MS) {
        toldAt.set(name, now);
        void tell({ type: 'secret-used', name, at: now });
      }
      return found;
    },
  };
}

async function obey({ id, order, output }: Extract<ToRunner, { type: 'order' }>): Promise<void> {
  try {
    if (opening === null) throw new Error('a runner process has to be set up first');
    const { runner } = await opening;
    const handle = await begin(runner, order);
    const run = handle.runId;
    going.set(run, handle);
    void tell({ type: 'begun', id, run });
    handle.onProgress((progress) => outbox.add(run, progress));
    void handle.done.then(
      async (result) => {
        going.delete(run);
        outbox.flush(true);
        const loops = result.loops.slice(0, MOST_LOOPS);
        await tell({ type: 'ended', run, result: { ...result, loops, output: output ? result.output : null } });
      },
      async (error: unknown) => {
        going.delete(run);
        outbox.flush(true);
        await tell({ type: 'broken', run, error: writeError(error) });
      },
    );
  } catch (error) {
    await tell({ type: 'refused', id, error: writeError(error) });
  }
}

function begin(runner: Runner, order: Order): Promise<Driven> {
  switch (order.method) {
    case 'start':
      return runner.start(order.request);
    case 'resume':
      return runner.resume(order.run);
    case 'restart':
      return runner.restart(order.request);
  }
}

/** Runs are interrupted, which keeps all that is acknowledged; then this process ends. */
async function close(): Promise<void> {
  for (const handle of going.values()) handle.interrupt();
  const opened = await opening?.catch(() => null);
  await opened?.close();
  process.exit(0);
}
