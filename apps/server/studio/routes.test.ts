/** The studio over HTTP: its page, its policy, its files. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp, HTTP_LIMITS } from '../http/app.ts';
import { addRoutes } from '../http/route.ts';
import { systemClock } from '@rondo/runtime/runner/clock.ts';
import { readStudio } from './files.ts';
import { studioRoutes } from './routes.ts';

const SCRIPT = `console.log(${JSON.stringify('x'.repeat(2_000))})`;
let folder = '';
let app: FastifyInstance = Fastify();
let url = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rondo-studio-'));
  await mkdir(join(folder, 'assets'));
  const page =
    '<meta property="csp-nonce" nonce="__RONDO_NONCE__"><script src="/assets/main-a1.js" nonce="__RONDO_NONCE__">';
  await writeFile(join(folder, 'index.html'), page);
  await writeFile(join(folder, 'assets', 'main-a1.js'), SCRIPT);
  await writeFile(join(folder, 'theme.js'), '1');
  await writeFile(join(folder, 'manifest.json'), '{}');
  const studio = readStudio(folder);
  if (studio === null) throw new Error('no studio');
  app = createApp({ limits: HTTP_LIMITS, clock: systemClock, report: () => {} });
  addRoutes(app, studioRoutes(studio), null);
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the page', () => {
  it('is there for every address of the studio, with a nonce of its own', async () => {
    const seen = new Set<string>();
    for (const path of ['/', '/w/orders/n/ask', '/w/orders.yaml', '/r/7K4Q/l/site[38]/page', '/settings/people?x=1']) {
      const answer = await fetch(url + path);
      expect([path, answer.status]).toEqual([path, 200]);
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).not.toMatch(/unsafe|\*/);
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      const text = await answer.text();
      expect(text).toContain(`csp-nonce" nonce="${nonce}"`);
      expect(text).not.toContain('__RONDO');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      seen.add(nonce);
    }
    expect(seen.size).toBe(5);
  });

  it('is not there where an address belongs to somebody else', async () => {
    for (const path of ['/api/v1/nothing', '/assets/gone-b2.js', '/hooks/x/y', '/manifest.json', '/favicon.ico']) {
      const answer = await fetch(url + path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.headers.get('content-type')).toContain('problem+json');
    }
  });

  it('leads from the address in messages to the run', async () => {
    const answer = await fetch(`${url}/runs/a%20b`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/r/a%20b']);
  });
});

describe('files', () => {
  it('are kept for ever when their name carries a hash, else asked for again', async () => {
    const hashed = await fetch(`${url}/assets/main-a1.js`);
    expect(hashed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(hashed.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    const plain = await fetch(`${url}/theme.js`);
    expect(plain.headers.get('cache-control')).toBe('no-cache');
    const again = await fetch(`${url}/theme.js`, { headers: { 'if-none-match': plain.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
  });

  it('are sent compressed to who takes it', async () => {
    const [small, whole] = await Promise.all(['gzip, br', 'identity'].map(raw));
    expect(small?.encoding).toBe('gzip');
    expect(gunzipSync(small?.body ?? Buffer.alloc(0)).toString()).toBe(SCRIPT);
    expect(whole?.encoding).toBe(undefined);
    expect(whole?.body.toString()).toBe(SCRIPT);
  });

  it('never come from outside the folder', async () => {
    for (const path of ['/../package.json', '/assets/..%2f..%2fpackage.json', '/%2e%2e/%2e%2e/etc/passwd']) {
      const answer = await fetch(url + path);
      expect(await answer.text()).not.toMatch(/root:|"name"/);
    }
  });
});

/** fetch would unpack it. */
function raw(encoding: string): Promise<{ encoding: string | undefined; body: Buffer }> {
  return new Promise((resolve, reject) => {
    request(`${url}/assets/main-a1.js`, { headers: { 'accept-encoding': encoding } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ encoding: answer.headers['content-encoding'], body: Buffer.concat(parts) }));
    })
      .on('error', reject)
      .end();
  });
}
