import type { ReadStatement } from '../driver/read-query.ts';
import type { StatementNames } from '../driver/statement-names.ts';
import type { ReadCounts } from './counts.ts';
import { UnsupportedQuery } from './draft.ts';
import { fallbackReason } from './engine.ts';
import type { JsonRead } from './json-shape.ts';
import { jsonStatement } from './json-statement.ts';
import type { Tables } from './tables.ts';
import { bindPlaceholders, type CallerIds, type Template } from './template.ts';

/** Runs a statement that returns one text. */
export type RunText = (statement: ReadStatement) => Promise<string | null>;

/**
 * Runs a read whose result is JSON text; null if there is no row. The read has
 * {@link PLACEHOLDER} for the caller's ids, so that one read serves all callers.
 *
 * @throws {UnsupportedQuery} if the read must run as rows.
 */
export type JsonReader = (read: JsonRead, caller: CallerIds, run: RunText) => Promise<string | null>;

export type JsonReaderOptions = {
  readonly tables: Tables;
  readonly counts: ReadCounts;
  readonly names: StatementNames;
  /** Called with an error that is a bug, though the read still runs as rows. */
  readonly onUnexpected?: ((error: unknown) => void) | undefined;
  /** Narrows the arguments of a read to what {@link PLACEHOLDER} may see. */
  readonly scoped: (read: JsonRead) => JsonRead;
};

/** A template with the arguments that it was built for. */
type CachedTemplate = Template & Pick<JsonRead, 'args' | 'shape'> & { name?: string | undefined };

/** A reader that builds the statement of each read once. */
export function createJsonReader({ tables, counts, names, onUnexpected, scoped }: JsonReaderOptions): JsonReader {
  const templates = new WeakMap<JsonRead, CachedTemplate>();

  function templateOf(read: JsonRead): CachedTemplate {
    const cached = templates.get(read);
    if (cached) {
      if (cached.args !== read.args || cached.shape !== read.shape) throw new Error('a cached statement was built for another read');
      return cached;
    }
    const template: CachedTemplate = { ...jsonStatement(tables.get(read.model)!, scoped(read)), args: read.args, shape: read.shape };
    templates.set(read, template);
    return template;
  }

  return async (read, caller, run) => {
    const template = templateOf(read);
    template.name ??= names.of(template.text);
    const { text, name } = template;
    try {
      const result = await run({ text, name, values: bindPlaceholders(template, caller) });
      counts.add(read.model, read.operation, 'json');
      return result;
    } catch (error) {
      const reason = fallbackReason(error);
      if (!reason) throw error;
      if (reason === 'unexpected') onUnexpected?.(error);
      throw new UnsupportedQuery(reason);
    }
  };
}
