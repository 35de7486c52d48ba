/** Tests of arguments.ts: JSON from text, file and stdin; pairs; numbers; what mistakes say. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonPairs, jsonValue, oneOf, secretPairs, wholeNumber } from './arguments.ts';
import { UsageError } from './exit.ts';
import { recordedTerminal } from './testing/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'rondo-arguments-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'in.json'), '\ufeff{"a": [1]}');
writeFileSync(join(folder, 'bad.json'), '{"a": ');
const terminal = recordedTerminal({ cwd: folder, stdin: '{"from":"stdin"}', env: { TOKEN: 's3cret' } });

describe('--input', () => {
  it('takes text, a file and stdin', async () => {
    expect(await jsonValue('{"n": 1}', '--input', terminal)).toEqual({ n: 1 });
    expect(await jsonValue('@in.json', '--input', terminal)).toEqual({ a: [1] });
    expect(await jsonValue('-', '--input', terminal)).toEqual({ from: 'stdin' });
  });

  it('names the option and the place of a mistake', async () => {
    await expect(jsonValue('{n: 1}', '--input', terminal)).rejects.toThrow(/^--input: the text is not valid JSON/);
    await expect(jsonValue('@bad.json', '--input', terminal)).rejects.toThrow(/^--input: bad.json is not valid JSON/);
    await expect(jsonValue('@none.json', '--input', terminal)).rejects.toThrow(
      '--input: none.json cannot be read: there is no such file.',
    );
  });
});

it('reads pins with = in their values, and keys like __proto__ as keys', async () => {
  const pins = await jsonPairs(['a={"x":"1=2"}', 'b=@in.json', 'a b="t"'], '--pin', terminal);
  expect({ ...pins }).toEqual({ a: { x: '1=2' }, b: { a: [1] }, 'a b': 't' });
  expect(Object.keys(await jsonPairs(['__proto__=1'], '--pin', terminal))).toEqual(['__proto__']);
  await expect(jsonPairs(['nothing'], '--pin', terminal)).rejects.toThrow(UsageError);
});

it('takes secrets as given or from the environment, and never repeats a value', () => {
  expect({ ...secretPairs(['A=x=y', 'TOKEN', 'E='], terminal) }).toEqual({ A: 'x=y', TOKEN: 's3cret', E: '' });
  expect(() => secretPairs(['MISSING'], terminal)).toThrow(
    '--secret MISSING: there is no environment variable MISSING.',
  );
  expect(() => secretPairs(['=value'], terminal)).toThrow(
    '--secret takes NAME=VALUE, or NAME to take it from the environment.',
  );
});

it('refuses numbers and words that do not fit', () => {
  expect(wholeNumber('--limit', 0)('12')).toBe(12);
  for (const bad of ['', '1.5', '1e3', '-1', 'x', '99999999999999999999']) {
    expect(() => wholeNumber('--limit', 0)(bad)).toThrow('--limit takes a whole number of at least 0');
  }
  expect(oneOf('--status', ['failed', 'completed'])('failed')).toBe('failed');
  expect(() => oneOf('--status', ['failed'])('success')).toThrow('--status takes one of failed, not "success".');
});
