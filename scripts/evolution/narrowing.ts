import { type ConstDirectiveNode, type GraphQLField, type GraphQLSchema, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import type { PolicyTable, SurfaceChange } from './surface.ts';

type Field = GraphQLField<unknown, unknown>;

/** `Type.field` of all fields. */
const fieldsOf = (schema: GraphQLSchema): ReadonlyMap<string, Field> =>
  new Map(
    Object.values(schema.getTypeMap())
      .filter(type => (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__'))
      .flatMap(type =>
        Object.values((isObjectType(type) || isInterfaceType(type) ? type : null)!.getFields()).map(field => [
          `${type.name}.${field.name}`,
          field,
        ]),
      ),
  );

const directive = ({ astNode }: Field, name: string): ConstDirectiveNode | undefined =>
  astNode?.directives?.find(node => node.name.value === name);

/** What a field needs: a permission, `public`, or null for what its parent needs. */
function needOf(field: Field): string | null {
  if (directive(field, 'public')) return 'public';
  const value = directive(field, 'requires')?.arguments?.find(({ name }) => name.value === 'permission')?.value;
  return value && 'value' in value ? String(value.value) : null;
}

const breaking = (message: string): SurfaceChange => ({ message, severity: 'breaking' });
const compatible = (message: string): SurfaceChange => ({ message, severity: 'compatible' });

/**
 * Fields that need another permission than before, or that may be null where they were promised to
 * be so only if they are refused.
 */
export function permissionChanges(before: GraphQLSchema, after: GraphQLSchema): readonly SurfaceChange[] {
  const now = fieldsOf(after);
  return [...fieldsOf(before)].flatMap(([path, old]) => {
    const field = now.get(path);
    if (!field) return [];
    const [was, is] = [needOf(old), needOf(field)];
    const changes: SurfaceChange[] = [];
    if (was !== is) {
      const message = `Field '${path}' needs '${is ?? 'what its parent needs'}' instead of '${was ?? 'what its parent needs'}'`;
      changes.push(is === 'public' ? compatible(message) : breaking(message));
    }
    if (directive(old, 'semanticNonNull') && !directive(field, 'semanticNonNull') && !String(field.type).endsWith('!'))
      changes.push(breaking(`Field '${path}' may now be absent`));
    return changes;
  });
}

/** Inputs of which exactly one field must be sent from now on. */
export const oneOfChanges = (before: GraphQLSchema, after: GraphQLSchema): readonly SurfaceChange[] =>
  Object.values(after.getTypeMap()).flatMap(type => {
    const old = before.getType(type.name);
    const isNew = isInputObjectType(type) && type.isOneOf && isInputObjectType(old) && !old.isOneOf;
    return isNew ? [breaking(`Input '${type.name}' takes exactly one of its fields`)] : [];
  });

/** Rows of the permission table that allow less than before. */
export function policyChanges(before: PolicyTable, after: PolicyTable): readonly SurfaceChange[] {
  const removed = Object.entries(before).flatMap(([permission, was]) => {
    const is = after[permission];
    if (!is) return [breaking(`Permission '${permission}' was removed`)];
    const lists = (['principals', 'roles', 'statuses'] as const).flatMap(list => {
      const gone = (was[list] as readonly string[]).filter(item => !(is[list] as readonly string[]).includes(item));
      const added = (is[list] as readonly string[]).filter(item => !(was[list] as readonly string[]).includes(item));
      return [
        ...(gone.length ? [breaking(`Permission '${permission}' lost the ${list} ${gone.join(', ')}`)] : []),
        ...(added.length ? [compatible(`Permission '${permission}' gained the ${list} ${added.join(', ')}`)] : []),
      ];
    });
    return [
      ...lists,
      ...(was.context === is.context
        ? []
        : [breaking(`Permission '${permission}' has the context ${is.context} instead of ${was.context}`)]),
      ...(is.feature === was.feature || is.feature === null
        ? []
        : [breaking(`Permission '${permission}' needs the plan feature ${is.feature}`)]),
    ];
  });
  const added = Object.keys(after).filter(permission => !before[permission]);
  return [...removed, ...added.map(permission => compatible(`Permission '${permission}' was added`))];
}
