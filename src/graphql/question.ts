import { type DocumentNode, type GraphQLSchema, getOperationAST, type OperationDefinitionNode } from 'graphql';
import { type Coerced, coerced } from './variables.ts';

type Asked = {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
};

/** An operation to be executed, whoever asks: the same object, asked again, is not looked at again. */
export class Question {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variableValues: Readonly<Record<string, unknown>> | null | undefined;
  #coerced: Coerced | undefined;

  private constructor(
    { document, operationName, variableValues }: Asked,
    readonly operation: OperationDefinitionNode,
  ) {
    this.document = document;
    this.operationName = operationName;
    this.variableValues = variableValues;
  }

  /** What is asked; null where the document has no such operation. */
  static of(asked: Asked): Question | null {
    const operation = getOperationAST(asked.document, asked.operationName);
    return operation ? new Question(asked, operation) : null;
  }

  /** Its variables, coerced, or what is wrong with them. */
  variables(schema: GraphQLSchema): Coerced {
    this.#coerced ??= coerced(schema, this.operation, this.variableValues ?? {});
    return this.#coerced;
  }
}
