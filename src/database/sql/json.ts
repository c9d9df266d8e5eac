import pg from 'pg';
import type { ReadStatement } from '../driver/read-query.ts';
import type { StatementNames } from '../driver/statement-names.ts';
import type { Binding } from '../tenancy/binding.ts';
import type { ReadCounts } from './counts.ts';
import { UnsupportedQuery } from './draft.ts';
import { REFUSED } from './reader.ts';
import { type ShapedRead, shapedStatement } from './shape.ts';
import type { Tables } from './tables.ts';
import { bindPlaceholders, type Template } from './template.ts';

/**
 * A read in words of {@link ANYBODY}: the same object, asked again by whomever, is the same
 * statement, which is written once.
 */
export type JsonRead = ShapedRead;

/** Runs a statement that answers one text. */
export type RunText = (statement: ReadStatement) => Promise<string | null>;

/**
 * Answers a read as JSON text; null where there is no row. Throws {@link Uncovered} for what rows
 * are to be read for.
 */
export type JsonReader = (read: JsonRead, binding: Binding, run: RunText) => Promise<string | null>;

export type JsonReaderOptions = {
  readonly tables: Tables;
  readonly counts: ReadCounts;
  readonly names: StatementNames;
  /**
   * A read as it is asked of whom may see it: with the tenant, the person, and nobody else in its
   * arguments.
   */
  readonly scoped: (read: JsonRead) => JsonRead;
};

type Written = Template & { name?: string | undefined };

/**
 * A reader of JSON: what it doesn't cover, and what PostgreSQL refuses, is for rows to be read for.
 */
export function createJsonReader({ tables, counts, names, scoped }: JsonReaderOptions): JsonReader {
  const written = new WeakMap<JsonRead, Written>();

  function write(read: JsonRead): Written {
    const fresh: Written = { ...shapedStatement(tables.get(read.model)!, scoped(read)) };
    written.set(read, fresh);
    return fresh;
  }

  return async (read, binding, run) => {
    const template = written.get(read) ?? write(read);
    template.name ??= names.of(template.text);
    const { text, name } = template;
    try {
      const result = await run({ text, name, values: bindPlaceholders(template, binding) });
      counts.add(read.model, read.operation, 'json');
      return result;
    } catch (error) {
      if (error instanceof pg.DatabaseError && REFUSED.test(error.code ?? '')) throw new UnsupportedQuery('refused');
      throw error;
    }
  };
}
