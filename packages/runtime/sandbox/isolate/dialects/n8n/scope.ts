/**
 * Owns the names that expressions and code of n8n files see, each computed only when it is used. What they read
 * beside the items comes from the walk (ProgramContext.walk), or from the steps of the same program. Does not
 * compile.
 */
import type { Item, Json } from '@rondo/core/model/item.ts';
import { PLATFORM_MODULES } from '@rondo/core/expression/platform-names.ts';
import { cloneData, freezeData } from '../../data.ts';
import { ExpressionError } from '../../functions/error.ts';
import { functionNamed, jmespath } from '../../library.ts';
import { NO_ITEM, Scope, SCOPE_MEMBERS, type Neighbours } from '../../scope.ts';
import { N8nInput } from './input.ts';
import { binaryOf, shown, type N8nItem } from './items.ts';
import { kept } from './kept.ts';
import { nodeOfFrame, nodeOfWalk, parametersOf, type WireWalk } from './known-nodes.ts';
import { itemAt, itemList, N8nNodeData, N8nNodeView, type Around, type KnownNode } from './nodes.ts';

type Names = Record<string, unknown>;

const KEY = /^[\w-]{1,64}$/;
const NO_WALK: WireWalk = { node: '', run: 0, previous: null, nodes: {} };
const NOTHING = Object.freeze({});

export class N8nScope extends Scope {
  readonly $self = NOTHING;
  readonly $mode = 'manual';
  readonly $webhookId = undefined;
  readonly $agentInfo = undefined;
  readonly $jmesPath = query;
  readonly $env: unknown;
  readonly $node: unknown;
  readonly $items: (node?: unknown, output?: unknown, run?: unknown) => N8nItem[];
  /** `$item`; that name is the native one here. */
  readonly $itemAt: (position: unknown, run?: unknown) => Names;
  readonly $fromAI: (key?: unknown, description?: unknown, type?: unknown, otherwise?: unknown) => unknown;
  readonly $getWorkflowStaticData: (type?: unknown) => Names;
  /** What `this` is in code. */
  readonly $this: Names;
  /** Views of items that code may change. */
  readonly #views = new WeakMap<Item, N8nItem>();

  constructor(neighbours: Neighbours, plain: boolean) {
    super(neighbours, plain);
    this.$items = Object.freeze((node?: unknown, output?: unknown, run?: unknown) => this.#items(node, output, run));
    this.$itemAt = Object.freeze((position: unknown, run?: unknown) =>
      this.#namesAt(Number(position), run === undefined ? -1 : Number(run)),
    );
    this.$fromAI = Object.freeze((key?: unknown, _text?: unknown, _type?: unknown, otherwise?: unknown) =>
      this.#fromAI(key, otherwise),
    );
    this.$getWorkflowStaticData = Object.freeze((type?: unknown) => this.#staticData(type));
    this.$env = table(() => {
      throw new ExpressionError('access to env vars denied');
    });
    this.$node = this.#nodeTable(() => this.#around(this.$itemIndex, -1));
    this.$this = Object.freeze({
      get helpers(): never {
        throw new ExpressionError('this.helpers is not supported in code. Use nodes for requests and files.');
      },
      getWorkflowStaticData: this.$getWorkflowStaticData,
    });
  }

  // ---- the item and its list ----

  override get $json(): Json {
    const { item } = this;
    if (item === NO_ITEM) throw new ExpressionError(`Node '${this.#walk().node || 'node'}' hasn't been executed`);
    return this.copies && !this.ownsItem ? cloneData(item.json) : item.json;
  }

  get $data(): Json {
    return this.$json;
  }

  get $binary(): unknown {
    return binaryOf(this.item.files);
  }

  get $thisItem(): N8nItem {
    return this.#view(this.item, this.$itemIndex);
  }

  get $position(): number {
    return this.$itemIndex;
  }

  get $thisItemIndex(): number {
    return this.$itemIndex;
  }

  override get $input(): never {
    return this.#input as never;
  }

  /** In code: `item` of each item, `items` of all. */
  get item_(): N8nItem {
    return this.$thisItem;
  }

  get items_(): N8nItem[] {
    return this.#list().map((item, i) => this.#view(item, i));
  }

  get require_(): unknown {
    return requireModule;
  }

  get #input(): N8nInput {
    const walk = this.#walk();
    const previous = walk.previous === null ? undefined : walk.nodes[walk.previous.node];
    return new N8nInput({
      all: () => this.#list(),
      current: () => (this.item === NO_ITEM ? null : this.#view(this.item, this.$itemIndex)),
      at: (position) => {
        const item = this.#list()[position];
        return item === undefined ? undefined : this.#view(item, position);
      },
      params: () => parametersOf(previous?.origin),
      context: () => freezeData(previous?.context ?? {}),
    });
  }

  /** The driving input: the first that has items. */
  #list(): readonly Item[] {
    const whole = this.plain && !this.ownsInputs ? this.context.input() : null;
    if (whole !== null) return whole;
    if (this.streamed) throw new Error('a node that takes its items one by one sees only $json and $input.item');
    return this.inputs.find((items) => items.length > 0) ?? [];
  }

  #view(item: Item, position: number): N8nItem {
    const owned = item === this.item ? this.ownsItem : this.ownsInputs;
    if (!owned) return shown(item, this.copies, position);
    let view = this.#views.get(item);
    if (view === undefined) {
      view = shown(item, false, position);
      this.#views.set(item, view);
    }
    return view;
  }

  // ---- other nodes ----

  protected override node(id: string): unknown {
    if (id === '' || id === 'undefined') throw new ExpressionError('When calling $(), please specify a node');
    return new N8nNodeView(id, this.#known(id), this.#around(this.$itemIndex, -1));
  }

  #walk(): WireWalk {
    return (this.context.raw.walk as WireWalk | null | undefined) ?? NO_WALK;
  }

  #around(position: number, run: number): Around {
    return { position, copies: this.copies, run };
  }

  #known(id: string): KnownNode {
    // A node alone would only find itself, and means its earlier runs.
    const inside = this.plain ? undefined : this.neighbours.outputsOf(id);
    const { step, position, local } = this;
    if (inside !== undefined) {
      const offset = this.$itemIndex - position;
      return nodeOfFrame(id, inside, (at) => this.neighbours.ancestor(id, step, at - offset));
    }
    const { nodes } = this.#walk();
    if (Object.hasOwn(nodes, id)) return nodeOfWalk(id, nodes[id] as WireWalk['nodes'][string]);
    const ports = this.context.node(id) ?? null;
    return nodeOfFrame(id, ports, (at) => {
      const places = this.context.raw.itemOf?.[id];
      return ports?.[0]?.[places?.[at - this.$itemIndex + local] ?? -1] ?? null;
    });
  }

  #nodeTable(around: () => Around): unknown {
    return table((name) => new N8nNodeData(name, this.#known(name), around()));
  }

  #items(node: unknown, output: unknown, run: unknown): N8nItem[] {
    if (node === undefined) return this.items_;
    const id = String(node);
    return itemList(id, this.#known(id), output, run, this.#around(this.$itemIndex, -1));
  }

  /** `$item(i, run)`: the names as the item at that position sees them. */
  #namesAt(position: number, run: number): Names {
    const around = (): Around => this.#around(position, run);
    const item = (): Item => itemAt(this.#walk().node || 'node', this.#list(), position);
    const known = (id: string): KnownNode => this.#known(id);
    const json = (): Json => (this.copies ? cloneData(item().json) : item().json);
    return Object.freeze({
      get $json() {
        return json();
      },
      get $data() {
        return json();
      },
      get $binary() {
        return binaryOf(item().files);
      },
      get $thisItem() {
        return shown(item(), around().copies, position);
      },
      $: (id: unknown) => new N8nNodeView(String(id), known(String(id)), around()),
      $node: this.#nodeTable(around),
      $items: this.$items,
      $input: this.$input,
      $itemIndex: position,
      $position: position,
      $thisItemIndex: position,
      $runIndex: this.$runIndex,
      $thisRunIndex: this.$runIndex,
      $prevNode: this.$prevNode,
      $workflow: this.$workflow,
      $execution: this.$execution,
      $parameter: this.$parameter,
    });
  }

  /** A name that the request gave; one that nobody knows is undefined. */
  override extra(name: string): unknown {
    const { names } = this.context.raw;
    return names !== undefined && Object.hasOwn(names, name) ? super.extra(name) : undefined;
  }

  // ---- the run ----

  override get $runIndex(): number {
    return this.#walk().run;
  }

  get $thisRunIndex(): number {
    return this.$runIndex;
  }

  get $prevNode(): unknown {
    const { previous } = this.#walk();
    if (previous === null) return { name: undefined, outputIndex: undefined, runIndex: undefined };
    return { name: previous.node, outputIndex: previous.output, runIndex: previous.run };
  }

  get $workflow(): unknown {
    const { workflow, workflowId } = this.#run();
    return { active: false, id: workflowId ?? workflow, name: workflow };
  }

  get $execution(): unknown {
    const data = kept(this.#runId(), 'customData');
    return {
      id: this.#runId(),
      mode: 'test',
      customData: {
        set: (key: unknown, value: unknown) => {
          data[String(key)] = String(value);
        },
        setAll: (values: object) => {
          for (const [key, value] of Object.entries(values)) data[key] = String(value);
        },
        get: (key: unknown) => data[String(key)],
        getAll: () => ({ ...data }),
      },
    };
  }

  get $nodeVersion(): unknown {
    return this.#origin()?.version;
  }

  get $nodeId(): unknown {
    return this.#origin()?.id;
  }

  get $parameter(): unknown {
    const parameters = this.$rawParameter as Record<string, Json>;
    return table((name) => {
      if (!Object.hasOwn(parameters, name)) return undefined;
      const value = parameters[name];
      if (typeof value === 'string' && value.startsWith('=')) {
        throw new ExpressionError(`$parameter.${name} is an expression itself; reading it is not supported`);
      }
      return value;
    });
  }

  get $rawParameter(): Json {
    return parametersOf(this.#origin());
  }

  #origin(): WireWalk['nodes'][string]['origin'] {
    const walk = this.#walk();
    return walk.nodes[walk.node]?.origin;
  }

  #run(): { id?: string; workflow?: string; workflowId?: string } {
    return (this.context.raw.run ?? NOTHING) as never;
  }

  #runId(): string {
    return this.#run().id ?? '';
  }

  #staticData(type: unknown): Names {
    if (type === 'global') return kept(this.#runId(), 'global');
    if (type === 'node') return kept(this.#runId(), `node:${this.#walk().node}`);
    throw new ExpressionError(`$getWorkflowStaticData needs 'global' or 'node', not ${JSON.stringify(type)}`);
  }

  #fromAI(key: unknown, otherwise: unknown): unknown {
    if (key === undefined || key === null || key === '') {
      throw new ExpressionError("Add a key, e.g. $fromAI('placeholder_name')");
    }
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw new ExpressionError(
        'Invalid parameter key, must be between 1 and 64 characters long and only contain lowercase letters, uppercase letters, numbers, underscores, and hyphens',
      );
    }
    if (this.item === NO_ITEM) throw new ExpressionError('No execution data available');
    const json = this.item.json as { query?: Record<string, Json> } & Record<string, Json>;
    return json?.query?.[key] ?? json?.[key] ?? otherwise;
  }
}

/** An object that computes whatever is read from it. */
function table(get: (name: string) => unknown): unknown {
  return new Proxy(NOTHING, {
    get: (_, name) => (typeof name === 'string' ? get(name) : undefined),
    has: () => true,
  });
}

function query(data: unknown, text: unknown): unknown {
  if (typeof data !== 'object' || typeof text !== 'string') {
    throw new ExpressionError('expected two arguments (Object, string) for this function');
  }
  return jmespath(Array.isArray(data) ? data : { ...data }, text);
}

function requireModule(name: unknown): unknown {
  const known = String(name).replace(/^node:/, '');
  if (PLATFORM_MODULES.includes(known)) return (functionNamed('require') as (name: string) => unknown)(known);
  throw new ExpressionError(
    `require(${JSON.stringify(name)}) is not possible in code: of modules there are ${PLATFORM_MODULES.join(', ')}. Luxon is there as DateTime, Duration and Interval.`,
  );
}

/** Members by the names of expressions. */
const OWN = [
  '$data',
  '$binary',
  '$node',
  '$items',
  '$position',
  '$thisItemIndex',
  '$thisRunIndex',
  '$thisItem',
  '$prevNode',
  '$workflow',
  '$execution',
  '$mode',
  '$nodeVersion',
  '$nodeId',
  '$webhookId',
  '$parameter',
  '$rawParameter',
  '$self',
  '$env',
  '$agentInfo',
  '$getWorkflowStaticData',
  '$jmesPath',
  '$fromAI',
];

export const N8N_MEMBERS: ReadonlyMap<string, string> = new Map([
  ...[...SCOPE_MEMBERS, ...OWN].map((name): [string, string] => [name, name]),
  ['$item', '$itemAt'],
  ['$fromai', '$fromAI'],
  ['$fromAi', '$fromAI'],
  ['$jmespath', '$jmesPath'],
]);

/** What only code sees. */
export const N8N_CODE_MEMBERS: ReadonlyMap<string, string> = new Map([
  ...N8N_MEMBERS,
  ['item', 'item_'],
  ['items', 'items_'],
  ['require', 'require_'],
  ['getWorkflowStaticData', '$getWorkflowStaticData'],
]);

/** What user text can get hold of; frozen with the rest. */
export const N8N_SHARED: readonly unknown[] = [
  ExpressionError,
  N8nInput,
  N8nNodeView,
  N8nNodeData,
  query,
  requireModule,
];
