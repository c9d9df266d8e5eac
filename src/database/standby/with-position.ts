import { PiggybackQuery, type TextQuery } from '../driver/piggyback-query.ts';
import type { Database } from '../open.ts';
import type { ReadableDatabase } from '../reads-within.ts';
import type { Binding } from '../tenancy/binding.ts';
import { type WalPosition, walPosition } from './position.ts';

const NOBODY: Binding = { tenantId: null, personId: null };

/**
 * A database that reads the primary's position with each text query, in its round trip and after
 * it: so that a standby which has reached the position has all that the query saw. It is made for
 * one request, which reads its authorization by such a query.
 */
export class WithPosition implements ReadableDatabase {
  #position: WalPosition | null = null;

  constructor(private readonly database: ReadableDatabase) {}

  /** The last position; null if the primary didn't say it. */
  get position(): WalPosition | null {
    return this.#position;
  }

  bind(binding: Binding) {
    return this.database.bind(binding);
  }

  get query() {
    return this.database.query;
  }

  readonly queryText: Database['queryText'] = async (query: TextQuery, binding: Binding = NOBODY) => {
    const piggyback = new PiggybackQuery(query);
    this.#position = null;
    try {
      this.#position = await walPosition(this.database.bind(binding, piggyback).query);
    } catch {
      return await this.database.queryText(query, binding);
    }
    return piggyback.result!;
  };
}
