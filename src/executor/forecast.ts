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

type Field = GraphQLField<unknown, unknown>;
type Selected = ReadonlyMap<string, readonly FieldNode[]>;

class Forecast {
  readonly #found = new Map<string, ForecastRefusal>();
  readonly #fragments;

  constructor(
    private readonly operation: PreparedOperation,
    private readonly variables: Variables,
    private readonly grant: Grant,
  ) {
    this.#fragments = Object.fromEntries(fragmentsOf(operation.document));
  }

  refusals(): readonly ForecastRefusal[] {
    const { schema, operation } = this.operation;
    const root = schema.getRootType(operation.operation)!;
    this.#object(root, collectFields(schema, this.#fragments, this.variables, root, operation.selectionSet), '');
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
    for (const object of isObjectType(type) ? [type] : this.#nodes(field, nodes[0]!, type, inner))
      this.#object(object, collectSubfields(schema, this.#fragments, this.variables, object, nodes), `${inner}.`);
  }

  /** The types of nodes that a field leads to. A node is refused by the permission of its id. */
  #nodes(field: Field, node: FieldNode, type: GraphQLAbstractType, pattern: string): readonly GraphQLObjectType[] {
    const { schema } = this.operation;
    const names = extensionsOf(field).typesOf?.(getArgumentValues(field, node, this.variables));
    const types = names?.map(name => schema.getType(name) as GraphQLObjectType) ?? schema.getPossibleTypes(type);
    return types.filter(object => schema.isSubType(type, object) && this.#permits(object.getFields().id!, pattern));
  }
}

function listDepth(type: GraphQLOutputType): number {
  const nullable = getNullableType(type);
  return isListType(nullable) ? 1 + listDepth(nullable.ofType) : 0;
}
