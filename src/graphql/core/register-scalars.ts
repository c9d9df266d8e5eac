import { builder } from './builder.ts';
import { CLIENT_SCALARS, DateTime, JSONObject, parseByteCount, parseDecimal, printDecimal } from './scalars.ts';

builder.addScalarType('DateTime', DateTime);
builder.addScalarType('JSONObject', JSONObject);

builder.scalarType('Decimal', {
  description: 'An exact decimal number as a string, such as `"12.5"`. Never a float.',
  specifiedByURL: CLIENT_SCALARS.Decimal.url,
  serialize: value => printDecimal(value),
  parseValue: parseDecimal,
});

builder.scalarType('ByteCount', {
  description: 'A number of bytes as a string, such as `"1048576"`, because it may exceed an Int.',
  specifiedByURL: CLIENT_SCALARS.ByteCount.url,
  serialize: value => String(value),
  parseValue: parseByteCount,
});
