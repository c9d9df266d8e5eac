import type { Grant } from '../access/grant.ts';
import type { RefusedField } from '../access/refused-field.ts';
import type { JsonRead } from '../database/sql/json-shape.ts';
import type { Tally } from './tally.ts';

/** What the executor reads of a request's context. Resolvers get the whole of it. */
export type ExecutionContext = {
  readonly grant: Grant;
  readonly requestId: string;
  /** Whether the client wants one error for all refusals of a field. */
  readonly groupsRefusals: boolean;
  readonly work: {
    json(read: JsonRead): Promise<string | null>;
    /** Whether an optimistic context is confirmed; absent in other contexts. */
    isConfirmed?(): boolean;
  };
};

export type Variables = Readonly<Record<string, unknown>>;

/** Where an execution notes the refusals that its answer tells. */
export type ExecutionNotes = { noteErrors(errors: readonly RefusedField[]): void };

/** One execution: the request's context, its coerced variables, and what is counted if anything. */
export type Execution = {
  readonly context: ExecutionContext;
  readonly variables: Variables;
  readonly tally?: Tally | undefined;
  readonly notes?: ExecutionNotes | undefined;
};
