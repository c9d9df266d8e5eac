import { getDatamodel } from '../../generated/pothos.ts';
import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts';

export type ModelName = Prisma.ModelName;

/** The models that resolvers and commands can reach, and their properties of a Prisma client. */
export const MODELS = Object.fromEntries(
  Object.keys(Prisma.ModelName).map(model => [model, `${model[0]!.toLowerCase()}${model.slice(1)}`]),
) as { readonly [Model in ModelName]: Uncapitalize<Model> };

/** A Prisma client with its models alone: no raw SQL, no `$transaction`, no unbound client. */
export type TenantClient = Pick<PrismaClient, (typeof MODELS)[ModelName]>;

type ReadOperation = 'findUnique' | 'findUniqueOrThrow' | 'findFirst' | 'findFirstOrThrow' | 'findMany' | 'count' | 'aggregate' | 'groupBy';

/** The same without the operations that write. */
export type ReadClient = { readonly [Model in keyof TenantClient]: Pick<TenantClient[Model], ReadOperation> };

type Field = { readonly name: string; readonly kind: string; readonly type: string; readonly isList: boolean };
type Model = { readonly fields: readonly Field[]; readonly primaryKey: unknown; readonly uniqueIndexes: readonly unknown[] };

const models = getDatamodel().datamodel.models as unknown as Readonly<Record<string, Model>>;
const fields = new Map(Object.entries(models).map(([model, { fields }]) => [model, new Map(fields.map(field => [field.name, field]))]));
const isRelation = (field: Field | undefined) => field?.kind === 'object';

/** A field that is a relation; undefined for a scalar. */
export function relationOf(model: string, field: string): Field | undefined {
  const found = fields.get(model)?.get(field);
  return isRelation(found) ? found : undefined;
}

/** The relations of a model to many rows. */
export const listsOf = (model: string): readonly Field[] =>
  models[model]?.fields.filter(({ kind, isList }) => kind === 'object' && isList) ?? [];

/** Whether a field of a model is a column. */
export function isColumn(model: string, field: string): boolean {
  const found = fields.get(model)?.get(field);
  return found !== undefined && !isRelation(found);
}

/** The field that holds the id of a row's tenant; null for models of global rows (SPEC T1). */
export function tenantFieldOf(model: string): 'id' | 'tenantId' | null {
  if (model === 'Tenant') return 'id';
  return isColumn(model, 'tenantId') ? 'tenantId' : null;
}
