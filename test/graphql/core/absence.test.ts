import { type GraphQLField, getNamedType, isNonNullType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { GRANTS } from '../../../src/database/admin/grants.ts';
import { extensionsOf } from '../../../src/executor/field-extensions.ts';
import { getDatamodel } from '../../../src/generated/pothos.ts';
import { markSemanticNonNull } from '../../../src/graphql/core/absence.ts';
import { buildSchema, printSchema } from '../../../src/graphql/schema.ts';
import { mismatches } from '../../support/mismatches.ts';

const schema = buildSchema();
const isMarked = ({ extensions }: GraphQLField<unknown, unknown>) =>
  (extensions.directives as { semanticNonNull?: object }).semanticNonNull !== undefined;

type Models = Readonly<Record<string, { readonly fields: readonly { readonly name: string; readonly isRequired: boolean }[] }>>;
const { models } = getDatamodel().datamodel as unknown as { models: Models };

/** Nullable fields that return a column as it is, and whether the column may be null. */
const columns = Object.values(schema.getTypeMap()).flatMap(type => {
  const model = isObjectType(type) && models[type.extensions.pothosPrismaModel as string];
  if (!model) return [];
  return Object.values(type.getFields()).flatMap(field => {
    const { columns: of, pothosExposedField } = extensionsOf(field);
    const name = of && 'column' in of ? of.column : pothosExposedField;
    const column = model.fields.find(column => column.name === name);
    return column && !isNonNullType(field.type) ? [[`${type.name}.${field.name}`, field, column.isRequired] as const] : [];
  });
});

test('G11: a field that returns a column is marked unless the column may be null', () => {
  expect(columns.length).toBeGreaterThan(60);
  for (const [name, field, isRequired] of columns) expect([name, isMarked(field)]).toEqual([name, isRequired]);
});

/** The models whose rows the gateway may delete. */
const deletable = new Set(
  Object.entries(GRANTS).flatMap(([table, privileges]) =>
    privileges.delete ? [table.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())] : [],
  ),
);

test('G11: a payload’s row that can be deleted may be absent, because a retry reads it again', () => {
  const rows = Object.values(schema.getTypeMap()).flatMap(type =>
    isObjectType(type) && type.name.endsWith('Payload')
      ? Object.values(type.getFields()).flatMap(field => {
          const of = getNamedType(field.type);
          const isRow = of === field.type && isObjectType(of) && deletable.has(of.extensions.pothosPrismaModel as string);
          return isRow ? [{ name: `${type.name}.${field.name}`, field }] : [];
        })
      : [],
  );
  expect(rows.length).toBeGreaterThan(10);
  const absent = rows.filter(({ field }) => !isMarked(field));
  const names = (of: typeof rows) => of.map(({ name }) => name);
  expect(mismatches(names(rows), names(absent), 'MAY_BE_ABSENT in src/graphql/core/absence.ts')).toEqual([]);
});

test.each([
  ['  name: String @requires(permission: "member:list") @semanticNonNull'],
  ['  email: String @requires(permission: "member:read-email")'],
  ['  renameTenant(input: RenameTenantInput!): RenameTenantPayload @requires(permission: "tenant:rename") @semanticNonNull'],
  ['  node(id: ID!): Node @public'],
  ['  limit: Int @public'],
  ['  used: Int! @public'],
  ['directive @semanticNonNull(levels: [Int] = [0]) on FIELD_DEFINITION'],
])('the printed schema has the line %s', line => {
  expect(printSchema(schema).split('\n')).toContain(line);
});

test('a declaration of a field that can’t be null, or that isn’t there, stops the build', () => {
  for (const name of ['used', 'title'])
    expect(() => markSemanticNonNull(schema, { CapUse: `limit ${name}` })).toThrow(
      `No nullable field, so it can't be absent (graphql/core/absence.ts): CapUse.${name}`,
    );
});
