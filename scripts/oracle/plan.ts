import { type DocumentNode, getOperationAST } from 'graphql';
import { compile } from '../../src/executor/compile.ts';
import { Unsupported } from '../../src/executor/unsupported.ts';
import { buildSchema } from '../../src/graphql/schema.ts';

const schema = buildSchema();

/** Whether the fast path has a query plan for a valid document. */
export function hasPlan(document: DocumentNode): boolean {
  try {
    compile(schema, document, getOperationAST(document)!);
    return true;
  } catch (error) {
    if (error instanceof Unsupported) return false;
    throw error;
  }
}
