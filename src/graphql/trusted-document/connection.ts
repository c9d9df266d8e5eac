import { builder } from '../core/builder.ts';
import { OLDEST_FIRST } from '../core/cursor.ts';
import type { PageArgs } from '../core/page.ts';
import { pageCost } from '../core/page-size.ts';
import { relatedPage } from '../core/related-page.ts';
import { Tenant } from '../tenant/tenant.ts';
import { TrustedDocument } from './trusted-document.ts';

const TrustedDocumentFilter = builder.inputType('TrustedDocumentFilter', {
  description: 'Selects the trusted documents to list. All given conditions must hold.',
  fields: t => ({
    app: t.string({ description: 'Of this app.' }),
    version: t.string({ description: 'Of this version.' }),
    retired: t.boolean({ description: 'True: retired ones alone. False: only those that are not.' }),
  }),
});

type Filter = typeof TrustedDocumentFilter.$inferInput;

const whereOf = ({ app, version, retired }: Filter) => ({
  ...(app != null && { app }),
  ...(version != null && { version }),
  ...(retired != null && { retiredAt: retired ? { not: null } : null }),
});

builder.prismaObjectField(Tenant, 'trustedDocuments', t =>
  t.connection(
    {
      type: TrustedDocument,
      policy: 'document:read',
      nullable: true,
      description: 'The trusted documents, oldest first.',
      args: { filter: t.arg({ type: TrustedDocumentFilter }) },
      complexity: pageCost,
      ...relatedPage({
        relation: 'trustedDocuments',
        type: 'TrustedDocument',
        order: OLDEST_FIRST,
        where: ({ filter }: PageArgs & { filter?: Filter | null }) => whereOf(filter ?? {}),
      }),
    },
    { name: 'TenantTrustedDocumentsConnection' },
    { name: 'TenantTrustedDocumentsEdge' },
  ),
);
