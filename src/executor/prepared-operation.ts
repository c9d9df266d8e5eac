import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';

/** A document that a request names by its hash, without its text. */
export type DocumentId = {
  readonly hash: string;
  /** Whether it is sent as Apollo Client's persisted query, which expects errors of its own. */
  readonly isPersistedQuery: boolean;
};

type OperationInput = {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
};

/** Coerced variables, or the errors of those that don't fit. */
type Coerced = ReturnType<typeof getVariableValues>;

/** An operation of a valid document, with its variables: the same for every caller who sends it. */
export class PreparedOperation {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variableValues: Readonly<Record<string, unknown>> | null | undefined;
  /** Its cost, or null if it exceeds a limit, once computed (http/graphql/complexity.ts). */
  cost?: number | null;
  /** Its document's id, if the request has one in place of the text. */
  documentId?: DocumentId;
  /** The values of `tenant(slug:)`, once they were collected (http/graphql/operation-tenant.ts). */
  tenantSlugs?: readonly ValueNode[];
  #variables: Coerced | undefined;

  private constructor(
    readonly schema: GraphQLSchema,
    { document, operationName, variableValues }: OperationInput,
    readonly operation: OperationDefinitionNode,
  ) {
    this.document = document;
    this.operationName = operationName;
    this.variableValues = variableValues;
  }

  /** The operation that an input names; null where its document has no such operation. */
  static of(schema: GraphQLSchema, input: OperationInput): PreparedOperation | null {
    const operation = getOperationAST(input.document, input.operationName);
    return operation ? new PreparedOperation(schema, input, operation) : null;
  }

  /** Its variables, coerced once. */
  get variables(): Coerced {
    this.#variables ??= getVariableValues(this.schema, this.operation.variableDefinitions ?? [], this.variableValues ?? {});
    return this.#variables;
  }
}
