import type { Grant } from '../access/grant.ts';
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

/** One execution: the request's context, its coerced variables, and what is counted if anything. */
export type Execution = { readonly context: ExecutionContext; readonly variables: Variables; readonly tally?: Tally | undefined };
