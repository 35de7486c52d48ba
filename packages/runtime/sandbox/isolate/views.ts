/**
 * Owns `$input` and `$('node')`: items as texts of users get them. Does not find them (scope.ts).
 */
import type { Item, Json } from '@rondo/core/model/item.ts';
import { cloneData } from './data.ts';

export function cloneItem(item: Item): Item {
  return item.files === undefined
    ? { json: cloneData(item.json) }
    : { json: cloneData(item.json), files: cloneData(item.files) };
}

/** `$input` */
export class InputView {
  readonly #item: Item;
  readonly #ports: readonly (readonly Item[])[] | null;
  readonly #copyItem: boolean;
  readonly #copyList: boolean;

  constructor(item: Item, ports: readonly (readonly Item[])[] | null, copyItem: boolean, copyList: boolean) {
    this.#item = item;
    this.#ports = ports;
    this.#copyItem = copyItem;
    this.#copyList = copyList;
  }

  get item(): Item {
    return this.#copyItem ? cloneItem(this.#item) : this.#item;
  }

  first(): Item | undefined {
    return this.#give(this.#list(0)[0]);
  }

  last(): Item | undefined {
    return this.#give(this.#list(0).at(-1));
  }

  all(port: unknown = 0): Item[] {
    const items = this.#list(port);
    return this.#copyList ? items.map(cloneItem) : items.slice();
  }

  #list(port: unknown): readonly Item[] {
    if (this.#ports === null) throw new Error('a node that takes its items one by one sees only $json and $input.item');
    return this.#ports[Number(port)] ?? [];
  }

  #give(item: Item | undefined): Item | undefined {
    return item !== undefined && this.#copyList ? cloneItem(item) : item;
  }
}

/** `$('node')` */
export class NodeView {
  readonly #id: string;
  readonly #ports: Item[][] | null;
  readonly #copies: boolean;
  readonly #find: () => Item | null;

  constructor(id: string, ports: Item[][] | null, copies: boolean, find: () => Item | null) {
    this.#id = id;
    this.#ports = ports;
    this.#copies = copies;
    this.#find = find;
  }

  get isExecuted(): boolean {
    return this.#ports !== null;
  }

  /** For nodes that give one item: its json, on whichever output; undefined when the node has not run. */
  get outputs(): Json | undefined {
    const item = this.#ports?.find((items) => items.length > 0)?.[0];
    return item === undefined ? undefined : this.#give(item).json;
  }

  get item(): Item {
    const ports = this.#ran();
    const found = this.#find();
    if (found !== null) return this.#give(found);
    // One item can only be the one that is meant.
    const only = ports.find((items) => items.length > 0);
    if (only?.length === 1) return this.#give(only[0] as Item);
    throw new Error(
      `which item of $('${this.#id}') this item was made from is not known; use .first(), .last() or .all()`,
    );
  }

  itemMatching(position: unknown): Item {
    const item = this.#ran()[0]?.[Number(position)];
    if (item === undefined) throw new Error(`$('${this.#id}') has no item ${String(position)}`);
    return this.#give(item);
  }

  first(port: unknown = 0): Item | undefined {
    const item = this.#ran()[Number(port)]?.[0];
    return item === undefined ? undefined : this.#give(item);
  }

  last(port: unknown = 0): Item | undefined {
    const item = this.#ran()[Number(port)]?.at(-1);
    return item === undefined ? undefined : this.#give(item);
  }

  all(port: unknown = 0): Item[] {
    const items = this.#ran()[Number(port)] ?? [];
    return this.#copies ? items.map(cloneItem) : items.slice();
  }

  #ran(): Item[][] {
    if (this.#ports === null) throw new Error(`node $('${this.#id}') has not run`);
    return this.#ports;
  }

  #give(item: Item): Item {
    return this.#copies ? cloneItem(item) : item;
  }
}
