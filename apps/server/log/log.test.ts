/** The log: levels, the form of a line, and what never gets into one. */
import { expect, it } from 'vitest';
import type { LogLevel } from './levels.ts';
import { createLog, type Log } from './log.ts';

function start(level: LogLevel = 'debug'): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: createLog({ level: () => level, now: () => 0, write: (line) => lines.push(line) }) };
}

it('writes a line with its time, its level and its facts', () => {
  const { log, lines } = start();
  log.report('the store cannot be written');
  log.report('request', 'debug', { method: 'GET', route: '/api/v1/runs/:id', status: 200, who: 'Ada L' });
  expect(lines).toEqual([
    '1970-01-01T00:00:00.000Z error the store cannot be written',
    '1970-01-01T00:00:00.000Z debug request method=GET route=/api/v1/runs/:id status=200 who="Ada L"',
  ]);
});

it.each([
  ['error', ['error']],
  ['warn', ['error', 'warn']],
  ['info', ['error', 'warn', 'info']],
  ['debug', ['error', 'warn', 'info', 'debug']],
] as const)('at the level %s it writes %j', (level, expected) => {
  const { log, lines } = start(level);
  for (const one of ['error', 'warn', 'info', 'debug'] as const) log.report('x', one);
  expect(lines.map((line) => line.split(' ')[1])).toEqual(expected);
});

it('holds no value of a secret, in any spelling, and nothing that gives a right', () => {
  const { log, lines } = start();
  const secret = 'p4ss/w0rd+of the other side';
  log.hide('other', secret);
  const token = `rondo_${'a'.repeat(43)}`;
  log.report(`failed with ${secret} and ${Buffer.from(secret).toString('base64')} and ${encodeURIComponent(secret)}`);
  log.report(`asked with ${token}`, 'warn', { header: `Bearer ${'b'.repeat(20)}` });
  log.report('waits at http://127.0.0.1:4400/hooks/wait/abcdef0123456789', 'info');
  log.report('opened http://127.0.0.1/setup?token=abcdef0123456789', 'info');
  const text = lines.join('\n');
  for (const gone of [
    secret,
    Buffer.from(secret).toString('base64'),
    'a'.repeat(43),
    'b'.repeat(20),
    'abcdef0123456789',
  ])
    expect(text).not.toContain(gone);
  expect(text).toContain('/hooks/wait/***');
});
