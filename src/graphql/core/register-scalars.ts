import { builder } from './builder.ts';
import { DateTime, JSONObject, parseByteCount, parseDecimal, parsePermission, printDecimal } from './scalars.ts';

builder.addScalarType('DateTime', DateTime);
builder.addScalarType('JSONObject', JSONObject);

builder.scalarType('Decimal', {
  description: 'An exact decimal number as a string, such as `"12.5"`. Never a float.',
  serialize: value => printDecimal(value),
  parseValue: parseDecimal,
});

builder.scalarType('ByteCount', {
  description: 'A number of bytes as a string, such as `"1048576"`, because it may exceed an Int.',
  serialize: value => String(value),
  parseValue: parseByteCount,
});

builder.scalarType('PermissionName', {
  description: 'The name of a permission, such as `tenant:rename`. `Query.permissions` lists them all.',
  serialize: name => name,
  parseValue: parsePermission,
});
