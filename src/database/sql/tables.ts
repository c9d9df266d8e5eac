import pg from 'pg';
import { getDatamodel } from '../../generated/pothos.ts';
import type { PrismaClient } from '../../generated/prisma/client.ts';

/**
 * A column: its quoted SQL name and its Prisma type, which is null for types that this engine
 * doesn't support, such as enums.
 */
export type Column = {
  readonly sql: string;
  readonly type: Scalar | null;
  readonly isList: boolean;
  readonly isRequired: boolean;
  /** Whether Prisma or the database fills it in when a new row has no value for it. */
  readonly hasDefault: boolean;
};

const SCALARS = ['String', 'Int', 'BigInt', 'Float', 'Decimal', 'Boolean', 'DateTime', 'Bytes', 'Json'] as const;
export type Scalar = (typeof SCALARS)[number];

/** A relation, by the columns that are equal in both tables. */
export type Relation = {
  readonly to: Table;
  readonly isList: boolean;
  readonly isRequired: boolean;
  /** Pairs of quoted column names: ours and the other table's. */
  readonly on: readonly (readonly [string, string])[];
  /** Whether the foreign key is ours. */
  readonly isForward: boolean;
};

/** A model's table. Fields are in maps, so that no name reaches a property that objects inherit. */
export type Table = {
  readonly sql: string;
  readonly columns: ReadonlyMap<string, Column>;
  readonly relations: ReadonlyMap<string, Relation>;
  /** The quoted names of the primary key's columns. */
  readonly key: readonly string[];
  /** The fields of each unique key, the primary key first. */
  readonly uniques: readonly (readonly string[])[];
  /** Whether it has an `@updatedAt` field, which Prisma sets. */
  readonly hasUpdatedAt: boolean;
};
export type Tables = ReadonlyMap<string, Table>;

type Field = {
  readonly name: string;
  readonly kind: string;
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly isId: boolean;
  readonly isUnique: boolean;
  readonly isUpdatedAt: boolean;
  readonly hasDefaultValue: boolean;
  readonly relationName?: string;
  readonly relationFromFields?: readonly string[];
};
type Key = { readonly fields: readonly string[] };
type Model = { readonly fields: readonly Field[]; readonly primaryKey: Key | null; readonly uniqueIndexes: readonly Key[] };
type Named = { readonly name: string; readonly dbName?: string | null };
type Runtime = {
  readonly models: Readonly<
    Record<string, { readonly dbName: string | null; readonly schema: string | null; readonly fields: readonly Named[] }>
  >;
};

const quoted = pg.escapeIdentifier;
const isScalar = (type: string): type is Scalar => (SCALARS as readonly string[]).includes(type);

/**
 * The tables of the data model, from Prisma's generated files: `pothos.ts` has relations and keys,
 * the client the database's names.
 */
export function tablesOf(prisma: PrismaClient): Tables {
  const models = getDatamodel().datamodel.models as unknown as Readonly<Record<string, Model>>;
  const runtime = (prisma as unknown as { _runtimeDataModel: Runtime })._runtimeDataModel;
  const tables = new Map<string, Table & { readonly relations: Map<string, Relation> }>();
  for (const [name, { fields, primaryKey, uniqueIndexes }] of Object.entries(models)) {
    const { dbName, schema, fields: named } = runtime.models[name]!;
    const names = new Map(named.map(field => [field.name, quoted(field.dbName ?? field.name)]));
    const columns = fields.filter(({ kind }) => kind !== 'object');
    const key = primaryKey?.fields ?? columns.filter(({ isId }) => isId).map(field => field.name);
    tables.set(name, {
      sql: `${quoted(schema ?? 'public')}.${quoted(dbName ?? name)}`,
      columns: new Map(columns.map(field => [field.name, columnOf(field, names.get(field.name)!)])),
      relations: new Map(),
      key: key.map(field => names.get(field)!),
      uniques: [key, ...columns.filter(({ isUnique }) => isUnique).map(field => [field.name]), ...uniqueIndexes.map(index => index.fields)],
      hasUpdatedAt: columns.some(({ isUpdatedAt }) => isUpdatedAt),
    });
  }
  for (const [name, { fields }] of Object.entries(models))
    for (const field of fields) {
      const relation = field.kind === 'object' ? relationOf(models, tables, name, field) : null;
      if (relation) tables.get(name)!.relations.set(field.name, relation);
    }
  return tables;
}

const columnOf = ({ kind, type, isList, isRequired, hasDefaultValue }: Field, sql: string): Column => ({
  sql,
  type: kind === 'scalar' && isScalar(type) ? type : null,
  isList,
  isRequired,
  hasDefault: hasDefaultValue,
});

/**
 * A relation whose foreign key references a primary key; null for any other. A test checks that all
 * relations of the schema are of this kind.
 */
function relationOf(models: Readonly<Record<string, Model>>, tables: Tables, name: string, field: Field): Relation | null {
  const [ours, to] = [tables.get(name)!, tables.get(field.type)!];
  const { isList, isRequired, relationName } = field;
  const own = columnsOf(ours, field.relationFromFields);
  if (own.length) return own.length === to.key.length ? { to, isList, isRequired, isForward: true, on: pairs(own, to.key) } : null;
  const back = models[field.type]!.fields.find(other => other !== field && other.kind === 'object' && other.relationName === relationName);
  const theirs = columnsOf(to, back?.relationFromFields);
  return theirs.length && theirs.length === ours.key.length
    ? { to, isList, isRequired, isForward: false, on: pairs(ours.key, theirs) }
    : null;
}

const columnsOf = ({ columns }: Table, fields: readonly string[] = []) => fields.map(field => columns.get(field)!.sql);
const pairs = (ours: readonly string[], theirs: readonly string[]) => ours.map((column, place) => [column, theirs[place]!] as const);
