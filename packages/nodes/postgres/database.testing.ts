/** Owns calls of the PostgreSQL node against one real server, for its tests. */
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { testDoors, type TestDoors } from '../../../testing/services/ports.ts';
import type { RunningService } from '../../../testing/services/server-process.ts';
import { runNode, type RunNodeOptions } from '../kit/run.ts';
import { node } from './node.ts';

type Params = Record<string, Json>;

export class Database {
  readonly service: RunningService | null;
  doors: TestDoors;

  constructor(service: RunningService | null) {
    this.service = service;
    this.doors = this.fresh();
  }

  fresh(password = this.service?.password ?? ''): TestDoors {
    return testDoors({ DB: password });
  }

  /** Ends what the test before has left open. */
  async renew(password?: string): Promise<void> {
    await this.doors.close();
    this.doors = this.fresh(password);
  }

  #with(params: Params): Params {
    return { url: this.service?.url ?? '', secret: 'DB', ...params };
  }

  readonly rows = async (params: Params, more: RunNodeOptions = {}): Promise<Json[]> => {
    const { output } = await runNode(node, { ports: this.doors.ports, ...more, params: this.#with(params) });
    return output['main'] as Json[];
  };

  readonly sql = (text: string, params?: Json): Promise<Json[]> =>
    this.rows({ sql: text, ...(params === undefined ? {} : { params }) });

  readonly execute = (text: string): Promise<Json[]> => this.rows({ operation: 'execute', sql: text });

  /** All items in one call, as a loop with a size gives them. */
  readonly batch = async (params: Params, input: Json[]): Promise<Json[]> => {
    const blocked = { ...node, block: true };
    const { output } = await runNode(blocked, { ports: this.doors.ports, input, params: this.#with(params) });
    return output['main'] as Json[];
  };

  /** One call, for example for one page. */
  readonly call = (
    params: Params,
    more: { carry?: Json | undefined; doors?: TestDoors; signal?: AbortSignal } = {},
  ): Promise<EffectResult> => {
    const { carry, doors = this.doors, signal = new AbortController().signal } = more;
    const defaults: Params = {};
    for (const [name, spec] of Object.entries(node.parameters)) {
      if (spec.default !== undefined) defaults[name] = spec.default;
    }
    return (node.run as NonNullable<typeof node.run>)({
      params: { ...defaults, ...this.#with(params) },
      items: [{ json: {} }],
      carry,
      index: 0,
      attempt: 1,
      idempotencyKey: 'run/read[0]',
      signal,
      ports: doors.ports as EffectCall['ports'],
      evaluate: async () => null,
    });
  };
}
