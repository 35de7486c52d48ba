import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formsOf } from './encodings.ts';
import { codeUnit } from '../testing/code-units.ts';
import { createRedactor } from './redactor.ts';

const SECRET = 'p"a/s+s wörd\\?&=1!';

describe('redactor', () => {
  it.each([
    ['plain', SECRET],
    ['JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['JSON inside JSON', JSON.stringify(JSON.stringify(SECRET)).slice(3, -3)],
    ['URL component', encodeURIComponent(SECRET)],
    ['URL component, lower case', encodeURIComponent(SECRET).replace(/%../g, (escape) => escape.toLowerCase())],
    ['form field', new URLSearchParams({ k: SECRET }).toString().slice(2)],
    ['base64', Buffer.from(SECRET).toString('base64')],
    ['base64url', Buffer.from(SECRET).toString('base64url')],
  ])('finds the value as %s', (_form, text) => {
    const redactor = createRedactor();
    redactor.remember('DB', SECRET);
    expect(redactor.text(`<${text}>`)).toBe('<[secret DB]>');
  });

  it('finds the password of basic authentication, whatever the user is called', () => {
    const redactor = createRedactor();
    redactor.remember('PW', 'correct horse');
    for (const user of ['', 'a', 'ab', 'abc', 'someone']) {
      const header = Buffer.from(`${user}:correct horse`).toString('base64');
      const clean = redactor.text(`Authorization: Basic ${header}`);
      expect(clean).toContain('[secret PW]');
      expect(Buffer.from(clean.split(' ')[2] ?? '', 'base64').toString()).not.toMatch(/corr|hors/);
    }
  });

  it('costs nothing, and changes nothing, when nothing was handed out', () => {
    const redactor = createRedactor();
    const value = { a: ['text', 1] };
    expect(redactor.text('text')).toBe('text');
    expect(redactor.json(value)).toBe(value);
  });

  it('leaves values of under six characters alone', () => {
    const redactor = createRedactor();
    redactor.remember('PIN', '12345');
    expect(redactor.text('a 12345 b')).toBe('a 12345 b');
    redactor.remember('PIN', '123456');
    expect(redactor.text('a 123456 b 12345')).toBe('a [secret PIN] b 12345');
  });

  it('replaces values that contain or overlap each other as a whole', () => {
    const redactor = createRedactor();
    redactor.remember('SHORT', 'abcdef');
    redactor.remember('LONG', 'abcdefghij');
    redactor.remember('NEXT', 'ghijklmn');
    expect(redactor.text('abcdefghij')).toBe('[secret LONG]');
    expect(redactor.text('abcdef')).toBe('[secret SHORT]');
    expect(redactor.text('1abcdefghijklmn2')).toBe('1[secret LONG]2');
    expect(redactor.text('abcdefabcdef')).toBe('[secret SHORT][secret SHORT]');
  });

  it('goes through JSON: strings, keys, numbers; and keeps what is untouched', () => {
    const redactor = createRedactor();
    redactor.remember('KEY', 'sk-123456');
    redactor.remember('ACCOUNT', '8675309');
    const untouched = { deep: [{ text: 'nothing' }], n: 1.5, nil: null };
    const value = JSON.parse(
      '{"sk-123456":1,"__proto__":{"x":"is sk-123456"},"list":["a","sk-123456"],"n":8675309}',
    ) as unknown;
    const clean = redactor.json({ value, untouched }) as { value: unknown; untouched: unknown };
    expect(JSON.stringify(clean.value)).toBe(
      '{"[secret KEY]":1,"__proto__":{"x":"is [secret KEY]"},"list":["a","[secret KEY]"],"n":"[secret ACCOUNT]"}',
    );
    expect(clean.untouched).toBe(untouched);
    expect(Object.hasOwn({}, 'x')).toBe(false);
  });

  it('does not show what is nested beyond every limit', () => {
    const redactor = createRedactor();
    redactor.remember('KEY', 'sk-123456');
    let value: unknown = 'sk-123456';
    for (let depth = 0; depth < 5_000; depth += 1) value = [value];
    const clean = JSON.stringify(redactor.json(value));
    expect(clean).not.toContain('sk-123456');
    expect(clean).toContain('too deep');
  });

  it('is bounded: the oldest values are forgotten, used ones stay', () => {
    const redactor = createRedactor();
    for (let n = 0; n < 1_200; n += 1) {
      redactor.remember('OFTEN', 'the-one-in-use');
      redactor.remember('TOKEN', `token-${String(n).padStart(6, '0')}`);
    }
    expect(redactor.text('the-one-in-use token-001199 token-000300')).toBe(
      '[secret OFTEN] [secret TOKEN] [secret TOKEN]',
    );
    expect(redactor.text('token-000001')).toBe('token-000001');
    for (let n = 0; n < 40; n += 1) redactor.remember('BIG', String(n).padStart(60_000, 'x'));
    expect(redactor.text(String(39).padStart(60_000, 'x'))).toBe('[secret BIG]');
    expect(redactor.text(String(0).padStart(60_000, 'x'))).not.toBe('[secret BIG]');
  });

  it('takes a pass over a large text that does not grow with the number of values', () => {
    const redactor = createRedactor();
    for (let n = 0; n < 1_000; n += 1) redactor.remember(`N${n}`, `${n}-${'value'.repeat(4)}-${n * 7_919}`);
    const text = `GET /items 200 ${'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(40_000)}`;
    redactor.text('first');
    const begin = performance.now();
    expect(redactor.text(text)).toBe(text);
    expect(performance.now() - begin).toBeLessThan(1_000);
  });

  it('leaves no form of any value in any text', () => {
    const secret = fc.string({ unit: codeUnit, minLength: 6, maxLength: 40 });
    const filler = fc.string({ unit: codeUnit, maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        fc.array(filler),
        fc.nat(),
        (secrets, fills, pick) => {
          const redactor = createRedactor();
          for (const value of secrets) redactor.remember('X', value);
          const forms = secrets.flatMap(formsOf);
          let text = '';
          for (const [at, fill] of fills.entries()) text += fill + (forms[(pick + at) % forms.length] ?? '');
          const clean = redactor.text(text);
          for (const form of forms) {
            if ('[secret X]'.includes(form) || '[secret X][secret X]'.includes(form)) continue;
            expect(clean.split('[secret X]').some((part) => part.includes(form))).toBe(false);
          }
        },
      ),
    );
  });

  it('changes no text without one', () => {
    fc.assert(
      fc.property(fc.string({ unit: codeUnit, maxLength: 200 }), fc.uuid(), (text, secret) => {
        const redactor = createRedactor();
        redactor.remember('X', secret);
        if (!text.includes(secret)) expect(redactor.text(text)).toBe(text);
        expect(redactor.json([text])).toEqual([text]);
      }),
    );
  });
});
