/** Owns `$input` of n8n. Does not find the items (scope.ts). */
import type { Item, Json } from '@rondo/core/model/item.ts';
import { ExpressionError } from '../../functions/error.ts';
import type { N8nItem } from './items.ts';

/** What the scope gives out of the driving input. */
interface InputSource {
  /** All its items; throws where they are not at hand. */
  all(): readonly Item[];
  /** The current item; null where there is none. */
  current(): N8nItem | null;
  at(position: number): N8nItem | undefined;
  params(): Json;
  context(): Json;
}

export class N8nInput {
  readonly #source: InputSource;

  constructor(source: InputSource) {
    this.#source = source;
  }

  get item(): N8nItem {
    return this.#current();
  }

  first(...args: unknown[]): N8nItem | undefined {
    if (args.length > 0) throw new ExpressionError('$input.first() should have no arguments');
    this.#current();
    return this.#source.at(0);
  }

  last(...args: unknown[]): N8nItem | undefined {
    if (args.length > 0) throw new ExpressionError('$input.last() should have no arguments');
    this.#current();
    return this.#source.at(this.#source.all().length - 1);
  }

  all(): N8nItem[] {
    this.#current();
    return this.#source.all().map((_, i) => this.#source.at(i) as N8nItem);
  }

  get params(): Json {
    this.#current();
    return this.#source.params();
  }

  get context(): Json {
    this.#current();
    return this.#source.context();
  }

  #current(): N8nItem {
    const item = this.#source.current();
    if (item === null) throw new ExpressionError('No execution data available');
    return item;
  }
}
