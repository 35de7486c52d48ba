/** Tests of loading only the node types that a text names. */
import { expect, it } from 'vitest';
import { namedRegistry } from './named-registry.ts';
import { registry } from './registry.ts';

it('knows every type of the whole registry by its folder', async () => {
  for (const { type } of registry.list()) {
    const named = await namedRegistry(`nodes:\n  x: { type: ${type} }`);
    expect(named.get(type), type).toBe(registry.get(type));
  }
});

it('loads what is named, and more when another text is given', async () => {
  const named = await namedRegistry('nodes: { a: { type: set }, b: { "type": "no-op" } }');
  expect(
    named
      .list()
      .map((node) => node.type)
      .toSorted(),
  ).toEqual(['for-each', 'no-op', 'read-file', 'set']);
  await named.prepare?.('x: { type: wait }');
  expect(named.get('wait')?.type).toBe('wait');
  expect(named.get('sort')).toBeUndefined();
});

it('knows all when a type is named that there is not, to say which one may have been meant', async () => {
  const named = await namedRegistry('nodes: { a: { type: sett } }');
  expect(named.list()).toHaveLength(registry.list().length);
});
