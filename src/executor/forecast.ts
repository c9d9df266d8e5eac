import {
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getArgumentValues,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import type { Grant } from '../access/grant.ts';
import { isAllowed, UNREAD_ROW } from '../access/is-allowed.ts';
import type { Permission } from '../access/policy.ts';
import { accessOf } from '../access/policy-plugin.ts';
import { type Refusal, refusalOf } from '../access/refusal.ts';
import { fragmentsOf } from './collect.ts';
import type { Variables } from './execution.ts';
import { extensionsOf } from './field-extensions.ts';
import type { PreparedOperation } from './prepared-operation.ts';

/** A field that would be refused, by the path of its place with `*` for every index. */
export type ForecastRefusal = { readonly pattern: string; readonly refusal: Refusal };

/**
 * The refusals that an operation gets with a grant, without executing it (SPEC G10): those that
 * depend on role, status, plan and scope. Each occurs at every row that has the field; a field
 * whose rows are missing is never reached.
 */
export function forecastRefusals(operation: PreparedOperation, variables: Variables, grant: Grant): readonly ForecastRefusal[] {
  return new Forecast(operation, variables, grant).refusals();
}

/**
 * The permissions that an operation needs to be answered completely, whatever its variables: the
 * forecast of a caller who has them all. A global id may be of any type that it has selections for.
 */
export function requiredPermissions(operation: PreparedOperation): ReadonlySet<Permission> {
  const required = new Set<Permission>();
  const permissions = { has: (permission: Permission) => Boolean(required.add(permission)) } as ReadonlySet<Permission>;
  const tenantAccess = { tenantId: '', status: 'active', features: [], roles: [] } as const;
  new Forecast(operation, null, { principal: { kind: 'user' }, tenantAccess, permissions }).refusals();
  return required;
}

type Field = GraphQLField<unknown, unknown>;
type Selected = ReadonlyMap<string, readonly FieldNode[]>;

class Forecast {
  readonly #found = new Map<string, ForecastRefusal>();
  readonly #fragments;

  constructor(
    private readonly operation: PreparedOperation,
    /** Null: they aren't known, and no field depends on them. */
    private readonly variables: Variables | null,
    private readonly grant: Grant,
  ) {
    this.#fragments = Object.fromEntries(fragmentsOf(operation.document));
  }

  refusals(): readonly ForecastRefusal[] {
    const { schema, operation } = this.operation;
    const root = schema.getRootType(operation.operation)!;
    this.#object(root, collectFields(schema, this.#fragments, this.variables ?? {}, root, operation.selectionSet), '');
    return [...this.#found.values()];
  }

  #object(type: GraphQLObjectType, selected: Selected, prefix: string): void {
    for (const [key, nodes] of selected) {
      const field = type.getFields()[nodes[0]!.name.value];
      // A field of introspection needs no permission.
      if (field && this.#permits(field, prefix + key)) this.#value(field, nodes, prefix + key);
    }
  }

  /** Whether a field is allowed; notes the refusal at `pattern` if not. */
  #permits(field: Field, pattern: string): boolean {
    const access = accessOf(field);
    if (isAllowed(access, this.grant, UNREAD_ROW)) return true;
    const permission = access.permission as Permission;
    this.#found.set(`${pattern} ${permission}`, { pattern, refusal: refusalOf(permission, this.grant)! });
    return false;
  }

  #value(field: Field, nodes: readonly FieldNode[], pattern: string): void {
    const { schema } = this.operation;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return;
    const inner = pattern + '.*'.repeat(listDepth(field.type));
    for (const object of isObjectType(type) ? [type] : this.#nodes(field, nodes, type, inner))
      this.#object(object, collectSubfields(schema, this.#fragments, this.variables ?? {}, object, nodes), `${inner}.`);
  }

  /** The types of nodes that a field leads to. A node is refused by the permission of its id. */
  #nodes(field: Field, nodes: readonly FieldNode[], type: GraphQLAbstractType, pattern: string): readonly GraphQLObjectType[] {
    const { schema } = this.operation;
    const { typesOf } = extensionsOf(field);
    const names = typesOf && (this.variables ? typesOf(getArgumentValues(field, nodes[0]!, this.variables)) : this.#typesIn(nodes));
    const types = names?.map(name => schema.getType(name)).filter(isObjectType) ?? schema.getPossibleTypes(type);
    return types.filter(object => schema.isSubType(type, object) && this.#permits(object.getFields().id!, pattern));
  }

  /** The types that selections have conditions for. */
  #typesIn(nodes: readonly { readonly selectionSet?: SelectionSetNode | undefined }[]): readonly string[] {
    return nodes.flatMap(({ selectionSet }) =>
      (selectionSet?.selections ?? []).flatMap(selection => {
        if (selection.kind === Kind.FIELD) return [];
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments[selection.name.value]!;
        return [...(fragment.typeCondition ? [fragment.typeCondition.name.value] : []), ...this.#typesIn([fragment])];
      }),
    );
  }
}

function listDepth(type: GraphQLOutputType): number {
  const nullable = getNullableType(type);
  return isListType(nullable) ? 1 + listDepth(nullable.ofType) : 0;
}
