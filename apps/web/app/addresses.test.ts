import { describe, expect, it } from 'vitest';
import { addressOfPlace, placeOf } from './addresses.ts';

describe('addresses', () => {
  it.each([
    ['/', { name: 'home' }],
    ['/workflows', { name: 'workflows' }],
    ['/w/a%20b', { name: 'editor', workflow: 'a b', node: null }],
    ['/w/orders/n/ask%2Fmodel', { name: 'editor', workflow: 'orders', node: 'ask/model' }],
    ['/w/orders/runs', { name: 'runs', workflow: 'orders' }],
    ['/runs/', { name: 'runs', workflow: null }],
    ['/r/7K4Q', { name: 'run', run: '7K4Q', view: 'loop', loop: null }],
    ['/r/7K4Q/timeline', { name: 'run', run: '7K4Q', view: 'timeline', loop: null }],
    [
      '/r/7K4Q/l/site[38]/page[817]/product',
      { name: 'run', run: '7K4Q', view: 'loop', loop: 'site[38]/page[817]/product' },
    ],
    ['/settings', { name: 'settings', tab: 'general' }],
    ['/settings/people', { name: 'settings', tab: 'people' }],
    ['/setup', { name: 'set-up' }],
    ['/r', { name: 'unknown' }],
    ['/r/7K4Q/l', { name: 'unknown' }],
    ['/w/a/b', { name: 'unknown' }],
    ['/%', { name: 'unknown' }],
    ['/nothing', { name: 'unknown' }],
  ])('%s', (path, place) => expect(placeOf(path)).toEqual(place));

  it('leads back to what it was made of, whatever the names hold', () => {
    for (const name of ['a', 'a b', 'ä/ö', '100%', '?#&', '[0]', '..%2f']) {
      expect(placeOf(addressOfPlace.node(name, name))).toEqual({ name: 'editor', workflow: name, node: name });
      expect(placeOf(addressOfPlace.loop(name, `${name}[3]/x`))).toMatchObject({ run: name, loop: `${name}[3]/x` });
    }
  });

  it('keeps step paths readable and leaves empty parts of the query out', () => {
    expect(addressOfPlace.loop('7K4Q', 'site[38]/page', { status: 'failed', cause: null, it: 701_112 })).toBe(
      '/r/7K4Q/l/site[38]/page?status=failed&it=701112',
    );
  });
});
