import type { GraphQLField } from 'graphql';
import type { PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Tally } from '../../executor/tally.ts';
import type { Context } from '../../graphql/core/context.ts';
import type { AnyPayment } from '../budget/payment.ts';
import type { RequestBudget } from '../budget/request-budget.ts';
import type { MediaType } from '../server/negotiate.ts';
import type { Served } from '../server/route.ts';
import type { NoteDeprecatedUse } from './deprecated-use.ts';

/** A subscription that passed all checks of the document. */
export type Subscription = {
  readonly operation: PreparedOperation;
  readonly field: GraphQLField<unknown, Context>;
  /** The cursor of the last event that the client has, if it named one. */
  readonly after: string | null;
};

/** A request for yoga: read, with its parameters parsed and its context built. */
export type YogaRequest = Served & {
  readonly method: string;
  readonly mediaType: MediaType;
  readonly parameters: object;
  readonly context: Context;
  readonly budget: RequestBudget;
  readonly noteDeprecatedUse?: NoteDeprecatedUse | undefined;
  /** What the operation was charged, once yoga executes it; or why it was not. */
  readonly paid: { by?: AnyPayment; tally?: Tally; refusal?: unknown; subscription?: Subscription };
};
