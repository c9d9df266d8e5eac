import { RootFieldBuilder } from '@pothos/core';
import '@pothos/plugin-relay';
import type { GraphQLFieldResolver } from 'graphql';
import { encodeGlobalId } from './global-id.ts';

type Shape = { readonly type: never; readonly id: string | number | bigint };
type Options = { readonly resolve: GraphQLFieldResolver<unknown, unknown, never, Shape | string | null | Promise<Shape | string | null>> };
type Builder = InstanceType<typeof RootFieldBuilder> & { field(options: object): unknown };

/**
 * Replaces the relay plugin's `t.globalID`, which awaits a promise on every row and so makes the
 * whole list asynchronous: our ids resolve synchronously. Import it before any node is defined.
 */
function globalID(this: Builder, { resolve, ...options }: Options): unknown {
  const nameOf = (type: never) => this.builder.configStore.getTypeConfig(type).name;
  const encode = (id: Shape | string | null) => (typeof id === 'object' && id ? encodeGlobalId(nameOf(id.type), id.id) : id);
  const resolveEncoded: Options['resolve'] = (...args) => {
    const id = resolve(...args);
    return id instanceof Promise ? id.then(encode) : encode(id);
  };
  return this.field({ ...options, type: 'ID', resolve: resolveEncoded });
}

Object.assign(RootFieldBuilder.prototype, { globalID });
