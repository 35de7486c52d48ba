/**
 * Owns what `$('X')`, `$node["X"]` and `$items('X')` of n8n answer, given what is known of the node. Messages are
 * n8n's own, as workflows show them. Does not find nodes (scope.ts).
 */
import type { Item, Json } from '@rondo/core/model/item.ts';
import { cloneData } from '../../data.ts';
import { ExpressionError } from '../../functions/error.ts';
import { binaryOf, shown, type N8nItem } from './items.ts';

/** What is known of a node; the scope looks it up. */
export interface KnownNode {
  /** How often it has run. */
  count: number;
  /** Output that is meant where none is named. */
  output: number;
  /** Items per output of a run that is there. */
  ports(run: number): readonly (readonly Item[])[] | null;
  /** The item that the one at this position of the input was made from. Throws ExpressionError. */
  pairedAt(position: number): Item;
  context: Json;
  parameters: Json;
}

/** The scope, as far as the views need it. */
export interface Around {
  /** Position of the current item in the driving input. */
  position: number;
  copies: boolean;
  /** Run that is read where none is named; -1: the last. */
  run: number;
}

function itemsOf(id: string, node: KnownNode, output: number | undefined, run: number): readonly Item[] {
  if (node.count === 0) throw new ExpressionError(`Node '${id}' hasn't been executed`);
  const index = run === -1 ? node.count - 1 : run;
  if (index >= node.count) throw new ExpressionError(`Run ${index} of node "${id}" not found`);
  const ports = node.ports(index);
  if (ports === null) throw new ExpressionError(`Run ${index} of node "${id}" is not at hand`);
  const at = output ?? node.output;
  const items = ports[at];
  if (items === undefined) throw new ExpressionError(`Node "${id}" has no branch with index ${at}.`);
  return items;
}

const numberOr = (value: unknown): number | undefined =>
  value === undefined || value === null ? undefined : Number(value);

/** `$items('X', output, run)` */
export function itemList(id: string, node: KnownNode, output: unknown, run: unknown, around: Around): N8nItem[] {
  const found = itemsOf(id, node, Number(output ?? 0) || 0, numberOr(run) ?? -1);
  return found.map((item) => shown(item, around.copies));
}

/** `$('X')` */
export class N8nNodeView {
  readonly #id: string;
  readonly #node: KnownNode;
  readonly #around: Around;

  constructor(id: string, node: KnownNode, around: Around) {
    this.#id = id;
    this.#node = node;
    this.#around = around;
  }

  get isExecuted(): boolean {
    return this.#node.count > 0;
  }

  get item(): N8nItem {
    return this.#paired(this.#around.position);
  }

  itemMatching(position: unknown): N8nItem {
    if (position === undefined) throw new ExpressionError('Missing item index for .itemMatching()');
    return this.#paired(Number(position));
  }

  pairedItem(position?: unknown): N8nItem {
    return this.#paired(numberOr(position) ?? this.#around.position);
  }

  first(output?: unknown, run?: unknown): N8nItem | undefined {
    return this.#show(this.#items(output, run)[0]);
  }

  last(output?: unknown, run?: unknown): N8nItem | undefined {
    return this.#show(this.#items(output, run).at(-1));
  }

  all(output?: unknown, run?: unknown): N8nItem[] {
    return this.#items(output, run).map((item) => shown(item, this.#around.copies));
  }

  get context(): Json {
    return this.#around.copies ? cloneData(this.#node.context) : this.#node.context;
  }

  get params(): Json {
    return this.#around.copies ? cloneData(this.#node.parameters) : this.#node.parameters;
  }

  #paired(position: number): N8nItem {
    const found = this.#node.pairedAt(position);
    return shown(found, this.#around.copies);
  }

  #items(output: unknown, run: unknown): readonly Item[] {
    return itemsOf(this.#id, this.#node, numberOr(output), numberOr(run) ?? this.#around.run);
  }

  #show(item: Item | undefined): N8nItem | undefined {
    return item === undefined ? undefined : shown(item, this.#around.copies);
  }
}

/** `$node["X"]`: the item at the same position. */
export class N8nNodeData {
  readonly #id: string;
  readonly #node: KnownNode;
  readonly #around: Around;

  constructor(id: string, node: KnownNode, around: Around) {
    this.#id = id;
    this.#node = node;
    this.#around = around;
  }

  get json(): Json {
    const { json } = this.#item();
    return this.#around.copies ? cloneData(json) : json;
  }

  get data(): Json {
    return this.json;
  }

  get binary(): unknown {
    return binaryOf(this.#item().files);
  }

  get context(): Json {
    return this.#node.context;
  }

  get parameter(): Json {
    return this.#node.parameters;
  }

  get runIndex(): number {
    return this.#node.count - 1;
  }

  #item(): Item {
    const items = itemsOf(this.#id, this.#node, undefined, this.#around.run);
    return itemAt(this.#id, items, this.#around.position);
  }
}

export function itemAt(id: string, items: readonly Item[], position: number): Item {
  if (items.length === 0) throw new ExpressionError(`Node '${id}' hasn't been executed`);
  const item = items[position];
  if (item === undefined) {
    throw new ExpressionError(`"${id}" node has ${items.length} item(s) but you're trying to access item ${position}`);
  }
  return item;
}
