import { Kind, type OperationDefinitionNode } from 'graphql';
import type { PreparedOperation } from '../../executor/prepared-operation.ts';
import { costOf } from './complexity.ts';

/**
 * The cost from which a read may go to a standby, such as a page of 100 rows with five fields.
 * Smaller ones are cheaper in the round trip that reads the authorization.
 */
export const STANDBY_COST = 500;

/** The fields of a query that read nothing but rows of the caller's tenant, and the schema. */
const OWN: readonly string[] = ['tenant', '__typename'];

/** Whether an operation is worth a standby: a large read of the caller's own tenant. */
export const mayReadOnStandby = (operation: PreparedOperation): boolean =>
  readsOwnTenant(operation.operation) && (costOf(operation, undefined) ?? 0) >= STANDBY_COST;

/** Fragments at the root are rare, and stay on the primary. */
const readsOwnTenant = ({ operation, selectionSet }: OperationDefinitionNode): boolean =>
  operation === 'query' && selectionSet.selections.every(selection => selection.kind === Kind.FIELD && OWN.includes(selection.name.value));
