/**
 * Owns the events of runs over HTTP: server-sent events with ids, gone on with after Last-Event-ID, comments that keep
 * the connection open, an end. What happens in a run is in feed.ts.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Progress } from '@rondo/runtime/api.ts';
import { Problem } from '../../http/problem.ts';
import type { ApiContext } from '../context.ts';
import { framesOf, RunFeed, type FeedEvent, type Watcher } from './feed.ts';

export interface RunFeeds {
  /** Answers with the events of the run until it ends. */
  stream(runId: string, request: FastifyRequest, reply: FastifyReply, under?: string): FastifyReply;
  /** Watches without HTTP; answers the way to stop. */
  watch(runId: string, watcher: Watcher): () => void;
  tell(runId: string, progress: Progress): void;
  /** What iterations wait for, as far as this process heard of it. */
  signals(runId: string): ReadonlyMap<string, { name: string; url: string | null }>;
  close(): void;
}

const MOST_WATCHERS = 1_000;
const MOST_FEEDS = 2_000;
const BEAT_MS = 15_000;
const RECONNECT_MS = 2_000;

/** Ids of another process mean nothing here: then everything is sent again. */
const EPOCH = Date.now().toString(36);
const NONE: ReadonlyMap<string, { name: string; url: string | null }> = new Map();

export function createFeeds(context: () => ApiContext): RunFeeds {
  const feeds = new Map<string, RunFeed>();
  let watching = 0;
  let closed = false;

  const feedOf = (runId: string): RunFeed => {
    const known = feeds.get(runId);
    const feed = known ?? new RunFeed(context(), runId);
    // The one that was used longest ago goes first, if nobody watches it.
    feeds.delete(runId);
    feeds.set(runId, feed);
    if (feeds.size > MOST_FEEDS) {
      for (const [id, one] of feeds) {
        if (one === feed || !one.idle) continue;
        feeds.delete(id);
        break;
      }
    }
    return feed;
  };

  return {
    stream(runId, request, reply, under) {
      if (closed || watching >= MOST_WATCHERS)
        throw new Problem(503, 'busy', 'Too many watch already. Try again.', { headers: { 'retry-after': '5' } });
      const raw = reply.raw;
      reply.hijack();
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-run-id': runId,
      });
      raw.write(`retry: ${RECONNECT_MS}\n\n`);
      watching += 1;
      let flowing = true;
      const beat = setInterval(() => {
        if (flowing) flowing = raw.write(': beat\n\n');
      }, BEAT_MS);
      raw.on('drain', () => (flowing = true));
      const stop = feedOf(runId).watch({
        seen: seenOf(request.headers['last-event-id']),
        frames: framesOf(under),
        ready: () => flowing && !raw.destroyed,
        send: (events) => (flowing = raw.write(events.map(textOf).join(''))),
        end: () => {
          clearInterval(beat);
          raw.end();
        },
      });
      raw.once('close', () => {
        watching -= 1;
        clearInterval(beat);
        stop();
      });
      return reply;
    },
    watch: (runId, watcher) => feedOf(runId).watch(watcher),
    tell: (runId, progress) => {
      if (progress.type === 'answer' || progress.type === 'log' || progress.type === 'signal')
        feedOf(runId).tell(progress);
      else feeds.get(runId)?.tell(progress);
    },
    signals: (runId) => feeds.get(runId)?.signals ?? NONE,
    close() {
      closed = true;
      for (const feed of feeds.values()) feed.close();
      feeds.clear();
    },
  };
}

function textOf({ id, name, data }: FeedEvent): string {
  return `id: ${EPOCH}-${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function seenOf(header: string | string[] | undefined): number {
  const [epoch, id] = String(header ?? '').split('-');
  return epoch === EPOCH && /^\d{1,15}$/.test(id ?? '') ? Number(id) : 0;
}
