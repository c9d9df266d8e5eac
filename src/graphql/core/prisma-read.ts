import { RootFieldBuilder } from '@pothos/core';
import '@pothos/plugin-prisma';
import type { ReadRows } from '../../executor/field-extensions.ts';

type Options = { readonly extensions?: object; readonly resolve: ReadRows };
type Field = (this: unknown, options: Options) => unknown;
const prototype = RootFieldBuilder.prototype as unknown as { prismaField: Field };
const { prismaField } = prototype;

/**
 * `prismaField` that keeps the field's own resolver as `extensions.readRows`: Pothos wraps it in a
 * look-ahead that needs GraphQL.js. Import this before any field is defined.
 */
prototype.prismaField = function (options) {
  return prismaField.call(this, { ...options, extensions: { ...options.extensions, readRows: options.resolve } });
};
