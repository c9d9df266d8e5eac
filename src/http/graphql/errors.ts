import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { refusalExtensions } from '../../access/refusal-payload.ts';
import { RefusedField } from '../../access/refused-field.ts';
import { isUnreachable } from '../../database/index.ts';
import { ERRORS, type ErrorCode, GatewayError, isErrorCode } from '../../domain/core/errors.ts';
import { RefusedError } from '../../domain/core/recheck.ts';
import type { Served } from '../server/route.ts';

type Http = { status?: number; headers?: Record<string, string>; spec?: boolean };

/**
 * The codes of errors that come from yoga and GraphQL.js with none, or with a vague one, by the
 * HTTP status that they carry.
 */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'BAD_REQUEST',
  405: 'METHOD_NOT_ALLOWED',
};

/**
 * A well-formed request with a fault in its GraphQL: as `application/json` its answer is a 200
 * (GraphQL over HTTP, 6.4.1).
 */
const isOfGraphql = (code: ErrorCode): boolean => ERRORS[code].status === 400 && code !== 'BAD_REQUEST';

/**
 * A status other than 400 says more than the code that yoga puts beside it, which is mostly
 * BAD_REQUEST.
 */
const codeOf = (code: unknown, status: number): ErrorCode =>
  (status !== 400 && BY_STATUS[status]) || (isErrorCode(code) ? code : 'BAD_USER_INPUT');

/**
 * GraphQL.js could not send what a resolver gave: it names no place in the document, as it does for
 * a value of the client's.
 */
const isOurs = ({ extensions: { code }, nodes }: GraphQLError, path: GraphQLError['path']): boolean =>
  path !== undefined && code === undefined && nodes === undefined;

const deepest = (error: unknown): unknown => (error instanceof GraphQLError && error.originalError ? deepest(error.originalError) : error);

/**
 * An error as clients may see it: a known one as it is, anything else without a word of what
 * happened (SPEC, bad input never leaks).
 */
export function publicError(error: GraphQLError, { requestId, log }: Served): GraphQLError {
  if (error instanceof RefusedField) return error;
  const { nodes, source, positions, path } = error;
  const told = (message: string, extensions: Record<string, unknown>) =>
    new GraphQLError(message, { nodes, source, positions, path, extensions: { ...extensions, requestId } });
  const cause = deepest(error);
  if (cause instanceof RefusedError) return told(cause.message, refusalExtensions(cause.refusal));
  if (cause instanceof GatewayError) {
    const status = path ? null : ERRORS[cause.code].status;
    return told(cause.message, { code: cause.code, ...cause.details, ...(status && { http: { status, spec: isOfGraphql(cause.code) } }) });
  }
  if (cause instanceof GraphQLError && !isOurs(cause, path)) {
    const { code, http, originalError: _, ...rest } = cause.extensions as { code?: unknown; http?: Http; originalError?: unknown };
    const known = codeOf(code, http?.status ?? 400);
    // the status of a request is not a field's to choose
    const answer = path ? undefined : (http ?? { status: 400, spec: true });
    return told(cause.message, {
      ...rest,
      code: known,
      ...(answer && { http: { ...answer, spec: answer.spec && isOfGraphql(known) } }),
    });
  }
  const code = isUnreachable(cause) ? 'UNAVAILABLE' : 'INTERNAL_SERVER_ERROR';
  log.error({ err: cause, path, requestId }, 'a field failed');
  const message = code === 'UNAVAILABLE' ? 'The database is out of reach. Try again.' : 'Something went wrong on our side.';
  return told(message, { code, ...(!path && { http: { status: ERRORS[code].status } }) });
}

type Result = { errors?: readonly GraphQLError[] };

/** Every error of every result goes through {@link publicError}. */
export const useErrors = (): Plugin<object, Served> => ({
  onResultProcess({ result, setResult, serverContext }) {
    const { errors } = result as Result;
    if (errors) setResult({ ...result, errors: errors.map(error => publicError(error, serverContext)) } as typeof result);
  },
});
