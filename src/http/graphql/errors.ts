import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { groupRefusals } from '../../access/grouped-refusals.ts';
import type { SchemaReader } from '../../access/introspection.ts';
import { refusalExtensions } from '../../access/refusal-payload.ts';
import { RefusedField } from '../../access/refused-field.ts';
import { isUnreachable } from '../../database/index.ts';
import { ERRORS, type ErrorCode, GatewayError, isErrorCode } from '../../domain/core/errors.ts';
import { RefusedError } from '../../domain/core/recheck.ts';
import type { Context } from '../../graphql/core/context.ts';
import type { Served } from '../server/route.ts';
import { hideSchema } from './closed-schema.ts';

type Http = { status?: number; headers?: Record<string, string>; spec?: boolean };

/**
 * Our codes by HTTP status, for errors of yoga and GraphQL.js that have no code or a vague one.
 */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'BAD_REQUEST',
  405: 'METHOD_NOT_ALLOWED',
};

/**
 * Whether the fault is in the GraphQL of a well-formed request: as `application/json` its response
 * has status 200 (GraphQL over HTTP, 6.4.1).
 */
const isOfGraphql = (code: ErrorCode): boolean => ERRORS[code].status === 400 && code !== 'BAD_REQUEST';

/**
 * The code of an error. A status other than 400 is preferred to yoga's code, which is mostly
 * BAD_REQUEST.
 */
const codeOf = (code: unknown, status: number): ErrorCode =>
  (status !== 400 && BY_STATUS[status]) || (isErrorCode(code) ? code : 'BAD_USER_INPUT');

/**
 * Whether GraphQL.js failed to serialize a resolver's value, which is a fault of ours. Such an
 * error has no nodes, unlike an error about a value that the client sent.
 */
const isSerializationError = ({ extensions: { code }, nodes }: GraphQLError, path: GraphQLError['path']): boolean =>
  path !== undefined && code === undefined && nodes === undefined;

const deepest = (error: unknown): unknown => (error instanceof GraphQLError && error.originalError ? deepest(error.originalError) : error);

/**
 * The error that a client may see. An unexpected error is logged and replaced with a general
 * message, so that nothing internal leaks.
 */
function publicError(error: GraphQLError, { requestId, log, record }: Served): GraphQLError {
  if (error instanceof RefusedField) return error;
  const { nodes, source, positions, path } = error;
  const withMessage = (message: string, extensions: Record<string, unknown>) =>
    new GraphQLError(message, { nodes, source, positions, path, extensions: { ...extensions, requestId } });
  const cause = deepest(error);
  if (cause instanceof RefusedError) return withMessage(cause.message, refusalExtensions(cause.refusal));
  if (cause instanceof GatewayError) {
    const status = path ? null : ERRORS[cause.code].status;
    return withMessage(cause.message, {
      code: cause.code,
      ...cause.details,
      ...(status && { http: { status, spec: isOfGraphql(cause.code) } }),
    });
  }
  if (cause instanceof GraphQLError && !isSerializationError(cause, path)) {
    const { code, http, originalError: _, ...rest } = cause.extensions as { code?: unknown; http?: Http; originalError?: unknown };
    const publicCode = codeOf(code, http?.status ?? 400);
    // A field's error never sets the HTTP status.
    const publicHttp = path ? undefined : (http ?? { status: 400, spec: true });
    return withMessage(cause.message, {
      ...rest,
      code: publicCode,
      ...(publicHttp && { http: { ...publicHttp, spec: publicHttp.spec && isOfGraphql(publicCode) } }),
    });
  }
  const code = isUnreachable(cause) ? 'UNAVAILABLE' : 'INTERNAL_SERVER_ERROR';
  if (!record.isOfLeaving(cause)) log.error({ err: cause, path, requestId }, 'a field failed');
  const message = code === 'UNAVAILABLE' ? 'The database is out of reach or too slow. Try again.' : 'Something went wrong on our side.';
  return withMessage(message, { code, ...(!path && { http: { status: ERRORS[code].status } }) });
}

/** What a context says of the errors of its response: how many, and how much they tell. */
export type ErrorForm = Pick<Context, 'groupsRefusals'> & SchemaReader;

/** Whether an error is of a refused field, or a refused mutation. */
export const isRefusal = (error: GraphQLError): boolean => error instanceof RefusedField || deepest(error) instanceof RefusedError;

/** The errors of a result, each through {@link publicError}, and refusals in the form wanted. */
export function publicErrors(all: readonly GraphQLError[], served: Served, form: ErrorForm): readonly GraphQLError[] {
  const errors = hideSchema(all, form);
  const shown = errors.map(error => publicError(error, served));
  served.record.noteErrors(shown);
  if (!form.groupsRefusals) return shown;
  const refusals = groupRefusals(shown.filter((_, at) => isRefusal(errors[at]!))) as readonly unknown[];
  return [...shown.filter((_, at) => !isRefusal(errors[at]!)), ...(refusals as readonly GraphQLError[])];
}

type Result = { errors?: readonly GraphQLError[] };

/** Passes the errors of every result through {@link publicErrors}. */
export const useErrors = (): Plugin<object, Served & { readonly context: ErrorForm }> => ({
  onResultProcess({ result, setResult, serverContext }) {
    const { errors } = result as Result;
    if (errors) setResult({ ...result, errors: publicErrors(errors, serverContext, serverContext.context) } as typeof result);
  },
});
