import { type DocumentNode, type GraphQLSchema, getOperationAST, type OperationDefinitionNode } from 'graphql';
import { type Coerced, coerced } from './variables.ts';

type Asked = {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
};

/**
 * An operation that a schema is to execute, whoever asks: the same object, asked again, is not
 * looked at again.
 */
export class PreparedOperation {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variableValues: Readonly<Record<string, unknown>> | null | undefined;
  /** Whether it is within the limits, once that is known (http/graphql/complexity.ts). */
  isWithinLimits?: boolean;
  #variables: Coerced | undefined;

  private constructor(
    readonly schema: GraphQLSchema,
    { document, operationName, variableValues }: Asked,
    readonly operation: OperationDefinitionNode,
  ) {
    this.document = document;
    this.operationName = operationName;
    this.variableValues = variableValues;
  }

  /** What is asked; null where the document has no such operation. */
  static of(schema: GraphQLSchema, asked: Asked): PreparedOperation | null {
    const operation = getOperationAST(asked.document, asked.operationName);
    return operation ? new PreparedOperation(schema, asked, operation) : null;
  }

  /** Its variables, coerced, or what is wrong with them. */
  get variables(): Coerced {
    this.#variables ??= coerced(this.schema, this.operation, this.variableValues ?? {});
    return this.#variables;
  }
}
