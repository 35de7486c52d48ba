/** Lowering of drawn feedback edges: bodies, nesting, side branches, what cannot be lowered. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../errors.ts';
import type { Edge } from './graph.ts';
import { lower } from './lower.ts';

/** `a.1>b` is a connection from output 1 of a to b. */
function edges(...texts: string[]): Edge[] {
  return texts.map((text) => {
    const [from = '', to = ''] = text.split('>');
    const [id = '', port = '0'] = from.split('.');
    return { from: id, fromPort: Number(port), to, toPort: 0 };
  });
}

function lowered(list: Edge[]) {
  const ids = [...new Set(list.flatMap((e) => [e.from, e.to]))];
  const out: Diagnostic[] = [];
  const level = lower(
    ids,
    list,
    (id) => id.startsWith('loop'),
    (id) => ['nodes', id],
    out,
  );
  return { level, out, ids };
}

describe('lower', () => {
  it('takes what returns to the loop as its body', () => {
    const { level, out } = lowered(edges('start>loop', 'loop.1>a', 'a>b', 'b>loop', 'loop.0>end'));
    expect(out).toEqual([]);
    expect(level.loops.get('loop')?.body).toEqual(['a', 'b']);
    expect(level.loops.get('loop')?.returns.map((e) => e.from)).toEqual(['b']);
    expect(level.ids).toEqual(['start', 'loop', 'end']);
    expect(level.edges.map((e) => `${e.from}>${e.to}`)).toEqual(['start>loop', 'loop>end']);
  });

  it('takes a side branch of the body with it', () => {
    const { level } = lowered(edges('s>loop', 'loop.1>a', 'a>loop', 'a>log', 'loop.0>end'));
    expect(level.loops.get('loop')?.body).toEqual(['a', 'log']);
  });

  it('lowers three nested loops one level at a time', () => {
    const all = edges(
      's>loop1',
      'loop1.1>loop2',
      'loop2.1>loop3',
      'loop3.1>work',
      'work>loop3',
      'loop3.0>loop2',
      'loop2.0>loop1',
      'loop1.0>end',
    );
    const first = lowered(all);
    expect(first.out).toEqual([]);
    const outer = first.level.loops.get('loop1');
    expect(outer?.body).toEqual(['loop2', 'loop3', 'work']);
    const second = lowered(outer?.inside ?? []);
    expect(second.out).toEqual([]);
    expect(second.level.loops.get('loop2')?.body).toEqual(['loop3', 'work']);
    const third = lowered(second.level.loops.get('loop2')?.inside ?? []);
    expect(third.level.loops.get('loop3')?.body).toEqual(['work']);
  });

  it('says when nothing returns', () => {
    const { out } = lowered(edges('s>loop', 'loop.1>a', 'a>b', 'loop.0>end'));
    expect(out.map((d) => d.code)).toEqual(['loop-output-miswired']);
  });

  it('says when there is no body, and suggests swapping when done has the body', () => {
    const { out } = lowered(edges('s>loop', 'loop.0>a', 'a>loop'));
    expect(out.length).toBeGreaterThan(0);
    expect(out.every((d) => ['loop-output-miswired', 'cycle'].includes(d.code))).toBe(true);
  });

  it('refuses connections that cross the border of the loop', () => {
    expect(lowered(edges('s>loop', 's>a', 'loop.1>a', 'a>loop', 'loop.0>end')).out.map((d) => d.code)).toContain(
      'cycle',
    );
  });
});
