import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { PermissionName, Status } from './expectation.ts';
import { FIELDS } from './expected-fields.ts';
import { type Caller, refusal } from './oracle.ts';

type Path = readonly (string | number)[];
type Data = Readonly<Record<string, unknown>>;

/** Lists without an item for some callers; nothing of the schema may be deprecated. */
const MAY_BE_EMPTY: readonly string[] = ['Viewer.memberships', 'Viewer.deprecatedUse'];

/** The type of a node's id, and whether the caller's tenant has such a row. */
export type Named = { readonly type: NodeType; readonly here: boolean };

/** The types that have global ids. */
export const NODES = [
  'Tenant',
  'Membership',
  'User',
  'Invitation',
  'AuditEvent',
  'MarketplaceListing',
  'ApiKey',
  'Dataset',
  'DataObject',
  'Listing',
  'Entitlement',
  'UsageRecord',
  'Charge',
  'TrustedDocument',
  'Webhook',
  'WebhookDelivery',
  'Earning',
  'EntitledObject',
  'OwnershipTransfer',
  'Usage',
  'Analytics',
  'Marketplace',
  'Plan',
  'Viewer',
  'ViewerMembership',
  'ViewerApiKey',
  'StaffTenant',
  'StaffAuditEvent',
  'Tombstone',
] as const;
export type NodeType = (typeof NODES)[number];

export type PreparedOperation = {
  readonly document: DocumentNode;
  readonly schema: GraphQLSchema;
  readonly caller: Caller;
  /** The expected nodes of `node` and of each id of `nodes`. */
  readonly node?: Named;
  readonly nodes?: readonly Named[];
  /** The status of the tenant that the input of staff names. */
  readonly named?: Status;
  /** The refusal of each mutation by its alias; null if it isn't refused. */
  readonly changes?: Readonly<Record<string, object | null>>;
};

/** The comparison of a response with the expectation. */
export type Walked = {
  /**
   * Exactly the errors that are expected: path, and extensions without the request id.
   */
  readonly errors: { readonly path: Path; readonly refusal: object }[];
  /** Values that differ from the expectation, in sentences. */
  readonly wrong: string[];
};

const LIMITS = ['memberLimit', 'apiKeyLimit', 'datasetLimit', 'webhookLimit', 'monthlyRetrievals', 'costPointsPerMinute'];

const WHILE_LEAVING = ['Tenant.deletionDueAt', 'StaffTenant.deletionDueAt', 'StaffTenant.statusBefore'];

/** Fields that a new key doesn't have. */
const NEVER_YET = ['rotatedAt', 'expiresAt', 'lastUsedAt', 'earlierSecretUntil', 'costPointsPerMinute'].map(field => `ApiKey.${field}`);

/** Whether a field that isn't refused is null because there is no data. */
function isBlank(field: string, { kind, status, plan }: Caller, parent: Data, path: Path, named: Status | undefined): boolean {
  if (['Viewer.name', 'Viewer.email', 'Viewer.emailVerified'].includes(field) && kind === 'nobody') return true;
  if (field === 'Viewer.email' && kind === 'api_key') return true;
  if (field === 'Viewer.apiKey') return kind !== 'api_key';
  if (field === 'Viewer.membership') return status === null || kind === 'api_key';
  if (field === 'ApiKey.revokedAt') return !path.includes('revokeApiKey');
  if (NEVER_YET.includes(field)) return path.includes('createApiKey');
  if (['Entitlement.endedAt', 'KeyUse.name', 'InviteMemberPayload.replacedInvitationId'].includes(field)) return true;
  if (field === 'WebhookDelivery.nextTryAt') return true; // it has ended
  if (WHILE_LEAVING.includes(field)) return (named ?? status) !== 'pending_deletion';
  if (field === 'PlanPreview.takesEffectAt') return plan === 'FREE'; // it is asked of that plan
  if (field === 'Permission.plans') return parent.name !== 'ANALYTICS_READ_SERIES';
  if (field === 'DataObject.upload') return parent.storedAt != null;
  // The gateway of the matrix has no budget.
  if (field === 'RateLimit.limit' || field === 'RateLimit.remaining') return true;
  if (field === 'DataObject.storedAt') return parent.name === 'waiting.csv';
  if (LIMITS.some(limit => field === `Plan.${limit}`)) return parent.code === 'ENTERPRISE' && field !== 'Plan.webhookLimit';
  return field === 'ViewerMembership.statusReason' && String(parent.slug).startsWith('made-');
}

/** Whether the schema says that a field is null only if it was refused or failed (SPEC G11). */
const isSemanticNonNull = ({ extensions }: GraphQLField<unknown, unknown>): boolean =>
  (extensions.directives as { semanticNonNull?: object } | undefined)?.semanticNonNull !== undefined;

/** Walks a response along its document. */
export function walk({ document, schema, caller, node, nodes = [], named, changes = {} }: PreparedOperation, data: Data): Walked {
  const walked: Walked = { errors: [], wrong: [] };
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode;
  visitSelections(schema.getRootType(operation.operation)!, operation.selectionSet, data, []);
  return walked;

  function visitSelections(type: GraphQLObjectType, { selections }: SelectionSetNode, parent: Data, path: Path) {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (selection.typeCondition?.name.value === type.name) visitSelections(type, selection.selectionSet, parent, path);
      } else if (selection.kind === Kind.FIELD) visitField(type, selection, parent, path);
      else throw new Error('the questions have no named fragments');
    }
  }

  function visitField(
    type: GraphQLObjectType,
    { name: { value: name }, alias, selectionSet: inner }: FieldNode,
    parent: Data,
    above: Path,
  ) {
    const field = `${type.name}.${name}`;
    const key = alias?.value ?? name;
    const path = [...above, key];
    const value = parent[key];
    if (field === 'Query.node') return visitNode(node!, value, inner!, path);
    if (field === 'Query.nodes')
      return nodes.forEach((named, index) => void visitNode(named, (value as unknown[])[index], inner!, [...path, index]));
    const need = FIELDS[field]!;
    const refused = type.name === 'Mutation' ? changes[key]! : need === 'public' || need === 'as-parent' ? null : refusal(need, caller);
    if (isNull(value, path, refused, isBlank(field, caller, parent, path, named), type.getFields()[name]!)) return;
    const fieldType = getNamedType(type.getFields()[name]!.type);
    if (!inner || !isCompositeType(fieldType)) return;
    const at = (one: unknown, onePath: Path) => visitSelections(fieldType as GraphQLObjectType, inner, one as Data, onePath);
    if (Array.isArray(value)) {
      if (!value.length && !MAY_BE_EMPTY.includes(field)) walked.wrong.push(`${path.join('.')} is empty`);
      value.forEach((one, index) => void at(one, [...path, index]));
    } else at(value, path);
  }

  /** A node is refused like the id of its type. */
  function visitNode({ type, here }: Named, value: unknown, inner: SelectionSetNode, path: Path) {
    const need = FIELDS[`${type}.id`] as PermissionName | 'public';
    if (isNull(value, path, need === 'public' ? null : refusal(need, caller), !here)) return;
    visitSelections(schema.getType(type) as GraphQLObjectType, inner, value as Data, path);
  }

  /**
   * Compares a value with the expected refusal or null. Returns whether there is nothing below it.
   */
  function isNull(value: unknown, path: Path, refused: object | null, blank: boolean, field?: GraphQLField<unknown, unknown>): boolean {
    if (value === null && !refused && field && isSemanticNonNull(field))
      walked.wrong.push(`${path.join('.')} is null, and declares that it is never absent`);
    if (refused) walked.errors.push({ path, refusal: refused });
    const nothing = refused !== null || blank;
    if (value === undefined || (value === null) !== nothing)
      walked.wrong.push(`${path.join('.')} is ${JSON.stringify(value)}, and must ${nothing ? 'be null' : 'have a value'}`);
    return nothing || value === null || value === undefined;
  }
}
