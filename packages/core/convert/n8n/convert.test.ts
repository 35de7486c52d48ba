/** What becomes of a n8n file as a whole: nodes, wires, settings, and files that are not as they should be. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../errors.ts';
import type { Definition } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { checkShape } from '../../model/shape.ts';
import type { Converted, ConvertOptions } from '../converted.ts';
import { convertN8n } from './convert.ts';
import { MAPPINGS } from './types/index.ts';

type Row = { [key: string]: Json };

const base = (type: string): string => (type.includes('.') ? type : `n8n-nodes-base.${type}`);

/** Nodes by name: their type, or type and further fields. */
function file(
  nodes: Record<string, string | Row>,
  wires: [from: string, to: string, output?: number, input?: number][],
): Row {
  const connections = new Map<string, { main: Json[][] }>();
  for (const [from, to, output = 0, input = 0] of wires) {
    const { main } = connections.get(from) ?? { main: [] };
    connections.set(from, { main });
    while (main.length <= output) main.push([]);
    (main[output] as Json[]).push({ node: to, type: 'main', index: input });
  }
  return {
    nodes: Object.entries(nodes).map(([name, given], i): Row => {
      const { type, ...more } = typeof given === 'string' ? { type: given } : given;
      return { name, type: base(String(type)), typeVersion: 1, position: [i * 100, 0], parameters: {}, ...more };
    }),
    connections: Object.fromEntries(connections),
  };
}

const convert = (value: Row, options: Partial<ConvertOptions> = {}): Converted =>
  convertN8n(value, { strict: false, file: 'orders.json', ...options });

function converted(value: Row): Definition {
  const { definition, diagnostics } = convert(value);
  expect(errors(diagnostics)).toEqual([]);
  return definition as Definition;
}

const errors = (diagnostics: Diagnostic[]): string[] =>
  diagnostics.filter((one) => one.severity === 'error').map((one) => one.message);

const told = (value: Row): string[] =>
  convert(value).diagnostics.map((one) => `${one.severity} ${one.code} ${one.path.join('.')}`);

describe('nodes and wires', () => {
  it('keep their names and places, and wires say the names of outputs and inputs', () => {
    const definition = converted(
      file({ Go: 'manualTrigger', Check: { type: 'if', typeVersion: 2 }, Both: { type: 'merge', typeVersion: 3 } }, [
        ['Go', 'Check'],
        ['Check', 'Both', 1, 0],
        ['Check', 'Both', 0, 1],
        ['Go', 'Both', 0, 1],
      ]),
    );
    expect(definition.nodes.Check?.after).toBe('Go');
    expect(definition.nodes.Both?.after).toEqual({ input1: 'Check.false', input2: ['Go', 'Check.true'] });
    expect(definition.layout).toMatchObject({ Check: { x: 100, y: 0 } });
    expect(definition.name).toBe('orders');
    expect(definition.settings).toEqual({ dialect: 'n8n', order: 'n8n-v0' });
  });

  it('that fail have one more output, behind the regular ones', () => {
    const definition = converted(
      file(
        { Go: 'manualTrigger', Work: { type: 'set', typeVersion: 3.4, onError: 'continueErrorOutput' }, Log: 'noOp' },
        [
          ['Go', 'Work'],
          ['Work', 'Log', 1],
        ],
      ),
    );
    expect(definition.nodes.Work?.loop).toEqual({ onError: 'port' });
    expect(definition.nodes.Log?.after).toBe('Work.error');
  });

  it('have settings of their own, with the limits of n8n', () => {
    const set = { type: 'set', typeVersion: 3.4, retryOnFail: true, maxTries: 9, waitBetweenTries: 0 };
    const more = { executeOnce: true, alwaysOutputData: true, continueOnFail: true, notes: 'for Ada' };
    const { nodes } = converted(file({ Go: 'manualTrigger', Work: { ...set, ...more } }, [['Go', 'Work']]));
    expect(nodes.Work).toMatchObject({
      executeOnce: true,
      alwaysOutput: true,
      notes: 'for Ada',
      loop: { onError: 'item', retry: { times: 4, delay: 1000, backoff: 1 } },
    });
  });

  it('stand in the order in which the old scheduling goes to them', () => {
    const definition = converted(
      file({ Go: 'manualTrigger', B: 'noOp', A: 'noOp' }, [
        ['Go', 'A'],
        ['Go', 'B'],
      ]),
    );
    expect(Object.keys(definition.nodes)).toEqual(['Go', 'A', 'B']);
  });

  it('of a paste without a trigger get one', () => {
    const definition = converted(file({ Start: 'noOp', Next: 'noOp' }, [['Start', 'Next']]));
    expect(definition.nodes['Start here']).toEqual({ type: 'manual' });
    expect(definition.nodes.Start?.after).toBe('Start here');
  });

  it('that are only notes are told in the description', () => {
    const value = file({ Go: 'manualTrigger', Note: { type: 'stickyNote', parameters: { content: '# Prices' } } }, []);
    expect(converted(value)).toMatchObject({ description: '# Prices' });
    expect(Object.keys(converted(value).nodes)).toEqual(['Go']);
  });

  it('may be called like members of every object', () => {
    const definition = converted(
      file({ 'constructor': 'manualTrigger', 'to.String': 'noOp' }, [['constructor', 'to.String']]),
    );
    expect(definition.nodes['to.String']?.after).toBe('constructor');
    expect(
      errors(convert({ nodes: [{ name: '__proto__', type: base('noOp') }], connections: {} }).diagnostics),
    ).toHaveLength(1);
  });
});

describe('pinned items', () => {
  it('are used instead of running the node, whatever it is', () => {
    const value = file({ Mail: 'someNewTrigger', Next: 'noOp' }, [['Mail', 'Next']]);
    expect(convert(value).definition).toBeNull();
    const { nodes } = converted({ ...value, pinData: { Mail: [{ json: { a: 1 }, pairedItem: 0 }, { b: 2 }] } });
    expect(nodes.Mail).toMatchObject({ type: 'manual', pin: [{ a: 1 }, { b: 2 }] });
    expect(convert(value, { pinned: new Set(['Mail']) }).definition).not.toBeNull();
  });
});

describe('what is not there', () => {
  const unknown = { type: 'community-nodes-x.frobnicate' };

  it('stands in the way with the name of the node', () => {
    const value = file({ Go: 'manualTrigger', Odd: unknown }, [['Go', 'Odd']]);
    const [first] = convert(value).diagnostics;
    expect(first).toMatchObject({ code: 'not-supported', severity: 'error', node: 'Odd', path: ['nodes', 1] });
    expect(first?.message).toContain('community-nodes-x.frobnicate');
  });

  it('only warns where no run comes to it', () => {
    const off = file({ Go: 'manualTrigger', Odd: { ...unknown, disabled: true }, Next: 'noOp' }, [
      ['Go', 'Odd'],
      ['Odd', 'Next'],
    ]);
    expect(converted(off).nodes.Odd).toMatchObject({ type: 'no-op', disabled: true });
    expect(told(off)).toContain('warning not-supported nodes.1');
    expect(told(file({ Go: 'manualTrigger', Odd: unknown }, []))).toContain('warning not-supported nodes.1');
  });

  it('is no reason to start at another trigger', () => {
    const { nodes } = converted(file({ Mail: 'someNewTrigger', Clock: 'scheduleTrigger' }, []));
    expect(nodes.Mail?.type).toBe('no-op');
  });
});

describe('settings', () => {
  it('become those of the definition', () => {
    const value = file({ Go: 'manualTrigger' }, []);
    const settings = {
      executionOrder: 'v1',
      timezone: 'Europe/Vienna',
      executionTimeout: 30,
      saveManualExecutions: true,
    };
    expect(converted({ ...value, settings }).settings).toEqual({
      dialect: 'n8n',
      order: 'n8n-v1',
      timezone: 'Europe/Vienna',
      timeout: 30_000,
    });
    expect(converted({ ...value, settings: { executionTimeout: -1, timezone: 'DEFAULT' } }).settings).toEqual({
      dialect: 'n8n',
      order: 'n8n-v0',
    });
    expect(told({ ...value, settings: { timezone: 'Mars/North' } })).toEqual(['warning wrong-type settings.timezone']);
  });
});

describe('files that are not as they should be', () => {
  const wires = (main: Json): Row => ({
    ...file({ Go: 'manualTrigger', Next: 'noOp' }, []),
    connections: { Go: { main } },
  });

  it.each<[string, Row, string[]]>([
    ['nodes', { nodes: {}, connections: {} }, ['error file-format nodes']],
    ['no nodes', { nodes: [], connections: {} }, ['error file-format nodes']],
    ['a node', { nodes: [7], connections: {} }, ['error wrong-type nodes.0']],
    ['no name', { nodes: [{ type: base('noOp') }], connections: {} }, ['error missing-field nodes.0']],
    ['a name', { nodes: [{ name: 5, type: base('noOp') }], connections: {} }, ['error wrong-type nodes.0.name']],
    ['connections', { ...wires([]), connections: 'all' }, ['error wrong-type connections']],
    ['outputs', wires({}), ['error wrong-type connections.Go.main']],
    ['targets', wires([7]), ['error wrong-type connections.Go.main.0']],
    ['an index', wires([[{ node: 'Next', index: 'x' }]]), ['error wrong-type connections.Go.main.0.0.index']],
    ['a missing node', wires([[{ node: 'Gone' }]]), ['warning unknown-node connections.Go.main.0.0.node']],
    ['an output', wires([[], [], [{ node: 'Next' }]]), ['warning unknown-port connections.Go.main.2.0']],
    ['pinData', { ...wires([]), pinData: { Go: 'x' } }, ['error wrong-type pinData.Go']],
  ])('%s: are told where', (_, value, expected) => {
    expect(told(value)).toEqual(expected);
  });

  it('gaps between wires are none', () => {
    const { nodes } = converted(wires([null, null, [null]] as Json));
    expect(nodes.Next?.after).toBeUndefined();
    expect(converted(wires([[null, { node: 'Next' }]])).nodes.Next?.after).toBe('Go');
  });

  it('of two nodes of one name the last one counts, and that is told', () => {
    const nodes = [
      { name: 'Go', type: base('manualTrigger') },
      { name: 'A', type: base('frobnicate') },
      { name: 'A', type: base('noOp') },
    ];
    const connections = { Go: { main: [[{ node: 'A', type: 'main', index: 0 }]] } };
    expect(told({ nodes, connections })).toEqual(['warning bad-value nodes.2.name']);
  });

  it('values of a wrong type are told, and the node is what it would be without them', () => {
    const value = file(
      { Go: { type: 'manualTrigger', typeVersion: '1', position: 'here', disabled: 'no', notes: 5 } },
      [],
    );
    expect(told(value).filter((one) => one.startsWith('warning'))).toEqual([
      'warning wrong-type nodes.0.position',
      'warning wrong-type nodes.0.typeVersion',
      'warning wrong-type nodes.0.disabled',
      'warning wrong-type nodes.0.notes',
    ]);
  });
});

// ---- anything at all ----

const SCALARS: readonly Json[] = [null, true, 0, -1, 1.5, 1e308, '', 'x', '__proto__', 'constructor'];
const EXPRESSIONS: readonly Json[] = ['=', '={{ $json.a }}', '={{', '=\\{{ 1 }}'];
const NESTED: readonly Json[] = [[], {}, [[]], [null], { a: 1 }, { __rl: true, value: null }, { values: [{}] }];
const ODD: readonly Json[] = [...SCALARS, ...EXPRESSIONS, ...NESTED];

/** The same numbers each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state % below;
  };
}

function places(value: Json, out: [Row, string][] = []): [Row, string][] {
  if (value === null || typeof value !== 'object') return out;
  for (const key of Object.keys(value)) {
    out.push([value as Row, key]);
    places((value as Row)[key] as Json, out);
  }
  return out;
}

const PARAMETERS: Row = {
  mode: 'manual',
  assignments: { assignments: [{ name: 'a', type: 'number', value: '={{ $json.b }}' }] },
  conditions: {
    conditions: [{ leftValue: '=x', rightValue: 1, operator: { type: 'number', operation: 'gt' } }],
    options: {},
  },
  rules: { values: [{ conditions: {}, outputKey: 'a', renameOutput: true }] },
  fields: { values: [{ name: 'x', type: 'objectValue', objectValue: '={"a": {{ 1 }} }' }] },
  options: { reset: '={{ true }}', fallbackOutput: 'extra', clashHandling: { values: { resolveClash: 'addSuffix' } } },
  url: '=https://example.org/{{ $json.id }}',
  jsCode: 'return items;',
  operation: 'x',
};

describe('changed anywhere in any way', () => {
  it.each(Object.keys(MAPPINGS))('%s is converted or refused, never more', (type) => {
    const next = numbers(type.length * 7919);
    for (let round = 0; round < 25; round += 1) {
      const start = file({ Go: 'manualTrigger', It: { type, parameters: structuredClone(PARAMETERS) }, End: 'noOp' }, [
        ['Go', 'It'],
        ['It', 'End'],
      ]);
      (start.nodes as Row[])[1] = {
        ...((start.nodes as Row[])[1] as Row),
        typeVersion: next(5),
        credentials: { x: { name: 'y' } },
      };
      for (let i = next(4); i >= 0; i -= 1) {
        const all = places(start);
        const [owner, key] = all[next(all.length)] as [Row, string];
        if (next(4) === 0 && !Array.isArray(owner)) delete owner[key];
        else owner[key] = structuredClone(ODD[next(ODD.length)] as Json);
      }
      const { definition, diagnostics } = convert(start, { strict: round % 2 === 0 });
      if (definition === null) expect(errors(diagnostics)).not.toEqual([]);
      else expect(checkShape(definition as unknown as Json).filter((one) => one.severity === 'error')).toEqual([]);
    }
  });
});
