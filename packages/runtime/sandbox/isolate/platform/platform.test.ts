/** The platform of code against Node's own: addresses, forms, bytes, hashes, copies. */
import * as nodeCrypto from 'node:crypto';
import { Buffer as NodeBuffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { platform, shared, useSecret } from './index.ts';
import { Buffer } from './buffer.ts';
import { crypto, cryptoModule } from './hashing.ts';
import { URLSearchParams as Params } from './search-params.ts';
import { atob as fromBase64, btoa as toBase64, TextDecoder as Decoder, TextEncoder as Encoder } from './text.ts';
import { structuredClone as clone } from './clone.ts';
import { URL as Address } from './url.ts';

const PARTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;

const told = (of: typeof URL, text: string, base?: string): unknown => {
  try {
    const url = new of(text, base);
    return Object.fromEntries(PARTS.map((part) => [part, url[part]]));
  } catch (error) {
    return error instanceof TypeError ? 'no address' : error;
  }
};

describe('URL', () => {
  const texts = [
    'https://example.com',
    'HTTPS://Ada:s%40c@Example.COM:443/a/./b/../c d?x=1&y=ä#frag ment',
    'http://example.com:8080/%7Efoo/../bar?q=a+b&q=c',
    'http://[2001:db8::1]:3000/x',
    'http://münchen.example/straße?ü=ö',
    'http://日本語.example/',
    'http://0x7f.1/',
    'http://192.168.0.257/',
    'http://256.256.256.256.com/',
    'mailto:ada@example.com?subject=hi there',
    'data:text/plain,hello world#x',
    'custom://host:90/a//b',
    'custom:///x',
    'https:\\\\example.com\\a\\b',
    '  https://example.com/\ta\nb  ',
    'http://a b/',
    'http://ex%41mple.com/',
    'http://exa%23mple.com/',
    'http://example.com:99999/',
    'http://example.com:abc/',
    'http://',
    'nonsense',
    '//no.base/x',
    'https://user@host/p@th?a=b@c',
    'https://example.com/a;b=c/d,e(f)',
    'https://example.com?only=query',
    'https://example.com#only',
    'ftp://example.com:21/x',
    'https://example.com/..',
    'https://example.com/a/b/.',
    'https://example.com/?it\'s<>"`',
    'https://example.com/#it\'s<>"`',
  ];
  test.each(texts)('%j', (text) => {
    expect(told(Address as unknown as typeof URL, text)).toEqual(told(URL, text));
  });

  test.each([
    ['x/y', 'https://example.com/a/b?q#h'],
    ['/x', 'https://example.com/a/b'],
    ['../x?z', 'https://example.com/a/b/c'],
    ['?z', 'https://example.com/a/b?q#h'],
    ['#z', 'https://example.com/a/b?q#h'],
    ['', 'https://example.com/a/b?q#h'],
    ['//other.example/x', 'https://example.com/a'],
    ['https://whole.example', 'http://example.com'],
    ['x', 'mailto:ada'],
    ['x', 'nonsense'],
    ['../../../x', 'custom://host/a/b'],
  ])('%j beside %j', (text, base) => {
    expect(told(Address as unknown as typeof URL, text, base)).toEqual(told(URL, text, base));
  });

  test('parts that are set, and its parameters', () => {
    const both = [new URL('https://example.com:8080/a?x=1'), new Address('https://example.com:8080/a?x=1')];
    for (const url of both) {
      url.searchParams.append('y', 'a b&c');
      url.searchParams.set('x', 'é');
      url.pathname = '/new path/ü';
      url.hash = 'top';
      url.port = '443';
      url.hostname = 'Other.example';
      url.protocol = 'http';
    }
    expect(String(both[1])).toBe(String(both[0]));
    for (const url of both) {
      url.search = '?z=1';
      url.host = 'third.example:81';
      url.username = 'a b';
      url.searchParams.delete('z');
    }
    expect(JSON.stringify(both[1])).toBe(JSON.stringify(both[0]));
    expect([Address.canParse('x:y'), Address.canParse('x'), Address.parse('x')]).toEqual([true, false, null]);
  });

  test('paths, queries and fragments of any letters', () => {
    const part = fc.string({ unit: 'grapheme', maxLength: 8 });
    fc.assert(
      fc.property(part, part, part, (path, query, hash) => {
        const text = `https://example.com/${path}?${query}#${hash}`;
        expect(told(Address as unknown as typeof URL, text)).toEqual(told(URL, text));
      }),
      { numRuns: 300 },
    );
  });
});

describe('URLSearchParams', () => {
  test('reads and writes as forms do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect([...new Params(text)]).toEqual([...new URLSearchParams(text)]);
        expect(String(new Params(text))).toBe(String(new URLSearchParams(text)));
      }),
      { numRuns: 300 },
    );
    for (const given of ['?a=1&a=2&b', { a: 1, b: 'x y' }, [['a', 'b']], new Map([['k', 'v']])]) {
      expect(String(new Params(given))).toBe(String(new URLSearchParams(given as unknown as Record<string, string>)));
    }
    const params = new Params('b=2&a=1&b=3');
    params.sort();
    expect([params.get('b'), params.getAll('b'), params.has('c'), params.size, [...params.keys()]]).toEqual([
      '2',
      ['2', '3'],
      false,
      3,
      ['a', 'b', 'b'],
    ]);
  });
});

describe('bytes', () => {
  test.each(['utf8', 'hex', 'base64', 'base64url', 'latin1', 'ascii', 'utf16le'] as const)(
    'Buffer in %s',
    (encoding) => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
          const text = NodeBuffer.from(bytes).toString(encoding);
          expect(Buffer.from([...bytes]).toString(encoding)).toBe(text);
          expect([...Buffer.from(text, encoding)]).toEqual([...NodeBuffer.from(text, encoding)]);
        }),
        { numRuns: 60 },
      );
    },
  );

  test('Buffers are joined, cut, compared, searched and shown', () => {
    const make = (of: typeof NodeBuffer): unknown[] => {
      const whole = of.concat([of.from('héllo '), of.from([1, 2, 255]), of.alloc(2, 'ab')]);
      whole.writeUInt16BE(513, 0);
      return [
        whole.length,
        whole.toString('hex'),
        whole.slice(1, 4).toString(),
        JSON.stringify(of.from('hi')),
        of.byteLength('é'),
        of.isBuffer(whole.subarray(1)),
        whole.equals(of.from(whole)),
        of.compare(of.from('a'), of.from('b')),
        whole.indexOf('llo'),
        whole.includes('zz'),
        whole.readUInt32LE(2),
        `${of.from('text')}`,
        of.from(of.from('x').toJSON() as unknown as string).toString(),
      ];
    };
    expect(make(Buffer as unknown as typeof NodeBuffer)).toEqual(make(NodeBuffer));
    expect(() => Buffer.from('x', 'klingon')).toThrow('Unknown encoding');
  });

  test('TextEncoder, TextDecoder, atob, btoa', () => {
    expect([...new Encoder().encode('é😀')]).toEqual([...new TextEncoder().encode('é😀')]);
    expect(new Decoder().decode(Uint8Array.from([0xef, 0xbb, 0xbf, 0xc3, 0xa9, 0xff]))).toBe('é\uFFFD');
    expect(new Decoder('latin1').decode(Uint8Array.from([0xe9]))).toBe('é');
    expect([toBase64('hello'), fromBase64('aGVsbG8='), fromBase64(' aGVs bG8')]).toEqual([
      'aGVsbG8=',
      'hello',
      'hello',
    ]);
    expect(() => toBase64('€')).toThrow(TypeError);
    expect(() => fromBase64('a')).toThrow(TypeError);
  });
});

describe('crypto', () => {
  test('hashes and message codes', async () => {
    for (const name of cryptoModule.getHashes()) {
      for (const text of ['', 'a', 'é'.repeat(200)]) {
        const expected = nodeCrypto.createHash(name).update(text).digest('hex');
        expect(cryptoModule.createHash(name.toUpperCase()).update(text).digest('hex')).toBe(expected);
        for (const key of ['', 'key', 'k'.repeat(300)]) {
          const code = nodeCrypto.createHmac(name, key).update('x').update(text).digest('base64');
          expect(cryptoModule.createHmac(name, key).update('x').update(text).digest('base64')).toBe(code);
        }
      }
    }
    const digest = await crypto.subtle.digest('SHA-256', new Encoder().encode('a'));
    expect(Buffer.from(digest).toString('hex')).toBe(nodeCrypto.createHash('sha256').update('a').digest('hex'));
    expect(() => cryptoModule.createHash('crc')).toThrow('The hash crc is not there');
  });

  test('random bytes need a secret, and differ', () => {
    useSecret('for the test');
    const drawn = Array.from({ length: 200 }, () => crypto.randomUUID());
    expect(new Set(drawn).size).toBe(200);
    for (const id of drawn) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(cryptoModule.randomBytes(70)).toHaveLength(70);
    for (let i = 0; i < 100; i += 1) expect([3, 4, 5]).toContain(cryptoModule.randomInt(3, 6));
    expect(crypto.getRandomValues(new Uint32Array(4)).some((n) => n > 0)).toBe(true);
  });
});

test('structuredClone copies circles and kinds, and refuses functions', () => {
  const value: Record<string, unknown> = {
    date: new Date(5),
    map: new Map([[1, { a: [1] }]]),
    set: new Set([2]),
    n: null,
  };
  value.self = value;
  value.__proto__ = 1;
  const made = clone(value) as typeof value;
  expect(made).toEqual(structuredClone(value));
  expect(made.self).toBe(made);
  expect(made.map).not.toBe(value.map);
  expect(() => clone({ f: () => 1 })).toThrow(TypeError);
});

test('require knows a few modules', () => {
  const load = platform.require as (name: string) => Record<string, (given: unknown) => unknown>;
  expect(load('node:querystring').parse?.('a=1&b=x+y&a=2')).toEqual({ a: ['1', '2'], b: 'x y' });
  expect(load('querystring').stringify?.({ a: [1, 2], b: 'x y' })).toBe('a=1&a=2&b=x%20y');
  expect(load('url').URL).toBe(platform.URL);
  for (const name of ['buffer', 'crypto', 'querystring', 'url', 'util']) expect(shared).toContain(load(name));
  expect(() => load('fs')).toThrow('of modules there are buffer, crypto');
});
