import { builder } from '../core/builder.ts';
import { Tenant } from './tenant.ts';

/** A payload with the changed tenant. */
export const tenantPayload = <Result extends { readonly tenantId: string } = { readonly tenantId: string }>(name: string) =>
  builder.objectRef<Result>(name).implement({
    tenantOf: ({ tenantId }: Result) => tenantId,
    fields: t => ({
      tenant: t.prismaField({
        type: Tenant,
        policy: 'tenant:read',
        nullable: true,
        resolve: (query, { tenantId }, _args, { work }) => work.db.tenant.findUnique({ ...query, where: { id: tenantId } }),
      }),
    }),
  });
