import { countEntitledObjects, type EntitledObject, entitledObjects } from '../../database/queries/entitlement.ts';
import { builder } from '../core/builder.ts';
import { OLDEST_FIRST, page, pageCost } from '../core/page.ts';
import { availability } from './availability.ts';
import { Entitlement } from './entitlement.ts';

type Entitled = EntitledObject & { readonly tenantId: string };

/** Another tenant's object, as an entitlement lets its holder see it (SPEC M5). */
export const EntitledObjectType = builder.objectRef<Entitled>('EntitledObject').implement({
  description: 'An object of the dataset that an entitlement leads to.',
  tenantOf: ({ tenantId }: Entitled) => tenantId,
  fields: t => ({
    id: t.exposeID('id', { policy: 'entitlement:read', description: 'What `retrieveObject` takes, with the entitlement.' }),
    name: t.exposeString('name', { policy: 'entitlement:read', nullable: true }),
    size: t.expose('size', { type: 'ByteCount', policy: 'entitlement:read', nullable: true }),
    mediaType: t.exposeString('mediaType', { policy: 'entitlement:read', nullable: true }),
    sha256: t.exposeString('sha256', { policy: 'entitlement:read', nullable: true, description: 'The checksum, in hexadecimal digits.' }),
  }),
});

builder.objectField(Entitlement, 'objects', t =>
  t.connection(
    {
      type: EntitledObjectType,
      policy: 'entitlement:read',
      nullable: true,
      description:
        'What can be retrieved, in the order in which it was added. Null once the entitlement has ended, and while it is not `AVAILABLE`.',
      complexity: pageCost,
      resolve: async ({ tenantId, id, endedAt }, args, { work }) => {
        if (endedAt || (await availability(work, id)) !== 'available') return null;
        return page(
          args,
          OLDEST_FIRST,
          async ({ where, orderBy, take: atMost }) => {
            const range = { above: where.id.gt ?? null, below: where.id.lt ?? null, descending: orderBy.id === 'desc' };
            return (await entitledObjects(work.query, id, { ...range, atMost })).map(object => ({ ...object, tenantId }));
          },
          () => countEntitledObjects(work.query, id),
        );
      },
    },
    { name: 'EntitlementObjectsConnection' },
    { name: 'EntitlementObjectsEdge' },
  ),
);
