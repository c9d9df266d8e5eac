import { countEntitledObjects, type EntitledObject, entitledObject, entitledObjects } from '../../database/queries/entitlement.ts';
import { builder } from '../core/builder.ts';
import { OLDEST_FIRST } from '../core/cursor.ts';
import { entitledId, entitledRow } from '../core/global-id.ts';
import { page } from '../core/page.ts';
import { pageCost } from '../core/page-size.ts';
import { availability } from './availability.ts';
import { Entitlement } from './entitlement.ts';

type EntitledRow = EntitledObject & { readonly tenantId: string; readonly entitlementId: string };

/** Another tenant's object, with what the buyer may see of it (SPEC M5). */
const EntitledObjectType = builder.node(builder.objectRef<EntitledRow>('EntitledObject'), {
  description: 'An object of the dataset of an entitlement.',
  tenantOf: ({ tenantId }: EntitledRow) => tenantId,
  id: { resolve: entitledId, policy: 'entitlement:read' },
  loadWithoutCache: async (id, { work }) => {
    const { tenantId, entitlementId, id: objectId } = entitledRow(id);
    if (tenantId !== work.binding.tenantId) return null;
    const object = await entitledObject(work.query, entitlementId, objectId);
    return object && { ...object, tenantId, entitlementId };
  },
  fields: t => ({
    name: t.exposeString('name', { policy: 'entitlement:read', nullable: true }),
    size: t.expose('size', { type: 'ByteCount', policy: 'entitlement:read', nullable: true }),
    mediaType: t.exposeString('mediaType', { policy: 'entitlement:read', nullable: true }),
    sha256: t.exposeString('sha256', {
      policy: 'entitlement:read',
      nullable: true,
      description: 'The SHA-256 checksum in 64 hexadecimal digits.',
    }),
  }),
});

builder.objectField(Entitlement, 'objects', t =>
  t.connection(
    {
      type: EntitledObjectType,
      policy: 'entitlement:read',
      nullable: true,
      description: 'The objects that can be retrieved, oldest first. Null if the entitlement has ended or is not `AVAILABLE`.',
      complexity: pageCost,
      resolve: async ({ tenantId, id, endedAt }, args, { work }) => {
        if (endedAt || (await availability(work, id)) !== 'available') return null;
        return page(
          args,
          OLDEST_FIRST,
          async ({ where, orderBy, take: atMost }) => {
            const range = { above: where.id.gt ?? null, below: where.id.lt ?? null, descending: orderBy.id === 'desc' };
            return (await entitledObjects(work.query, id, { ...range, atMost })).map(object => ({
              ...object,
              ...{ tenantId, entitlementId: id },
            }));
          },
          () => countEntitledObjects(work.query, id),
        );
      },
    },
    { name: 'EntitlementObjectsConnection' },
    { name: 'EntitlementObjectsEdge' },
  ),
);
