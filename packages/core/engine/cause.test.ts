/** Tests of the fingerprint of failures. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure, type Failure } from '../errors.ts';
import { fingerprint } from './cause.ts';

const of = (message: string, more: Partial<Failure> = {}): Failure => ({ ...failure('node-failed', message), ...more });

describe('fingerprint', () => {
  it.each([
    ['Row 17 of 4,711 is empty', 'Row <n> of <n> is empty'],
    ['took 1.5e3 ms at -3', 'took <n> ms at <n>'],
    ['Cannot read "na\\"me" of \'user\'', 'Cannot read <text> of <text>'],
    ["can't open it, don't ask", "can't open it, don't ask"],
    ['no `field` in “the text”', 'no <text> in <text>'],
    ['GET https://api.test/v1/items/8?x=1 failed', 'GET <url> failed'],
    ['cannot open /data/in/7.csv: gone', 'cannot open <path>: gone'],
    ['cannot open ./list.csv', 'cannot open <path>'],
    ['cannot open C:\\data\\7.csv', 'cannot open <path>'],
    ['user 3f2b8c1e-9a7d-4e21-8b55-0c9d1e2f3a4b is gone', 'user <id> is gone'],
    ['no order usr_8f3Ka27', 'no order <id>'],
    ['commit deadbeef12 missing', 'commit <id> missing'],
    ['mail to ada@example.org bounced', 'mail to <id> bounced'],
    ['either/or of the two', 'either/or of the two'],
    ['429 Too Many Requests after 17 ms', '429 Too Many Requests after <n> ms'],
    ['the server said: 503 service unavailable (17)', 'the server said: 503 service unavailable (<n>)'],
    ['HTTP/1.1 404 nothing here', 'HTTP/<n> 404 nothing here'],
    ['HTTP 418: teapot 3', 'HTTP 418: teapot <n>'],
    ['Request failed with status code 502', 'Request failed with status code 502'],
    ['status: 200, took 200 ms', 'status: 200, took <n> ms'],
    ['model a at <b>: answered 429: wait 20 s', 'model a at <b>: answered 429: wait <n> s'],
    ['429 rows, 999 Not Found, 600 Too Many Requests', '<n> rows, <n> Not Found, <n> Too Many Requests'],
    ['status 4041, code 1404 Not Found, 0.404 OK', 'status <n>, code <n> Not Found, <n> OK'],
    ['a\n   b', 'a b'],
  ])('%s', (message, general) => {
    expect(fingerprint(of(message)).message).toBe(general);
  });

  it('is the same for messages that differ only in their data, and not otherwise', () => {
    const a = fingerprint(of('no answer for "17"', { node: 'ask' }));
    expect(fingerprint(of('no answer for "4711"', { node: 'ask', item: 3, path: 'x' })).id).toBe(a.id);
    expect(fingerprint(of('no answer for "17"', { node: 'tell' })).id).not.toBe(a.id);
    expect(fingerprint(of('no answer for "17"', { node: 'ask', code: 'timeout' })).id).not.toBe(a.id);
    expect(fingerprint(of('no answers for "17"', { node: 'ask' })).id).not.toBe(a.id);
  });

  it('keeps HTTP statuses apart', () => {
    const status = (n: number) =>
      fingerprint(of(`The server answered ${n}`, { code: 'http-status', data: { status: n } }));
    expect(status(404).id).not.toBe(status(503).id);
    expect(status(404).message).toBe('The server answered 404');
  });

  it('is stable: ids are stored', () => {
    expect(fingerprint(of('boom', { node: 'fetch' })).id).toBe('13x27gw4ra1');
  });

  it('numbers never matter, and ids are short words', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.string(), (a, b, text) => {
        const id = fingerprint(of(`item ${a} : ${text}`)).id;
        expect(fingerprint(of(`item ${b} : ${text}`)).id).toBe(id);
        expect(id).toMatch(/^[0-9a-z]{11}$/);
      }),
    );
  });

  it('keeps different words apart', () => {
    const words = Array.from({ length: 20_000 }, (_, i) =>
      [...i.toString(26)].map((c) => String.fromCharCode(97 + Number.parseInt(c, 26))).join(''),
    );
    expect(new Set(words.map((word) => fingerprint(of(word)).id)).size).toBe(words.length);
  });

  it('takes no long time over hostile text', () => {
    const texts = [
      '"'.repeat(1e6),
      "'a".repeat(1e6),
      'a/'.repeat(1e6),
      '1.'.repeat(1e6),
      'a@'.repeat(1e6),
      'a1_'.repeat(1e6),
    ];
    const start = performance.now();
    for (const text of texts) expect(fingerprint(of(text)).message.length).toBeLessThanOrEqual(300);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
