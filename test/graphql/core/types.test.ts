import { readFileSync } from 'node:fs';
import { type GraphQLEnumType, isScalarType, isSpecifiedScalarType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { buildSchema, printSchema } from '../../../src/graphql/schema.ts';
import { enumName, PERMISSION_NAMES } from '../../access/expectation.ts';

const schema = buildSchema();

describe('scalars', () => {
  const scalars = Object.values(schema.getTypeMap())
    .filter(isScalarType)
    .filter(type => !isSpecifiedScalarType(type));

  test('G4: say where they are specified, in the printed schema too', () => {
    expect(scalars.map(({ name }) => name).sort()).toEqual(['ByteCount', 'DateTime', 'Decimal', 'JSONObject']);
    for (const { name, specifiedByURL } of scalars) {
      expect([name, specifiedByURL]).toEqual([name, expect.stringMatching(/^https:\/\/\S+$/)]);
      expect(printSchema(schema)).toContain(`scalar ${name} @specifiedBy(url: "${specifiedByURL}")\n`);
    }
  });

  test('have types for code generators in scalars.json, and no other type has', () => {
    expect(JSON.parse(readFileSync('scalars.json', 'utf8'))).toEqual({
      ByteCount: { input: 'string | number', output: 'string' },
      DateTime: { input: 'string', output: 'string' },
      Decimal: { input: 'string', output: 'string' },
      JSONObject: { input: 'Record<string, unknown>', output: 'Record<string, unknown>' },
    });
  });
});

test('each permission is a value of the enum, described by its name in errors', () => {
  const values = (schema.getType('PermissionName') as GraphQLEnumType).getValues();
  expect(values.map(({ name, value }) => [name, value])).toEqual(PERMISSION_NAMES.map(name => [enumName(name), name]));
  for (const { value, description } of values) expect(description?.startsWith(`\`${value}\`: `)).toBe(true);
});
