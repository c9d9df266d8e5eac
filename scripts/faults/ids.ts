import type { Fault } from './fault.ts';

const SLUG = ['test/isolation/tenant-slug'];
const IDS = ['test/graphql/core/payloads'];
const MATRIX = ['test/access/matrix'];
const SLUGS = 'src/http/graphql/operation-tenant.ts';

/** Faults of the tenant that a query names, and of whose a global id is. */
// biome-ignore format: a table is read by its columns
export const ID_FAULTS: readonly Fault[] = [
  // The tenant in the query
  { file: 'src/http/auth/choose-membership.ts', find: '  if (slug !== undefined && slug !== first.slug) throw conflict(SLUG, HEADER);\n', plant: '', tests: SLUG, short: true },
  { file: 'src/http/auth/api-key.ts', find: 'if (slug !== undefined && slug !== key.slug)', plant: 'if (false)', tests: SLUG },
  { file: 'src/http/auth/tenant-context.ts', find: ' || sources.slug !== undefined', plant: '', tests: SLUG },
  { file: SLUGS, find: 'if (slugs.size > 1) throw', plant: 'if (false) throw', tests: SLUG },
  { file: SLUGS, find: 'if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);', plant: 'if (selection.kind === Kind.INLINE_FRAGMENT) continue;', tests: SLUG },
  { file: SLUGS, find: 'defaultValue?.kind === Kind.STRING ? defaultValue.value : undefined', plant: 'undefined', tests: SLUG },
  { file: 'src/http/graphql/handler.ts', find: 'operation ? tenantSlug(operation) : tenantSlugOf', plant: 'operation ? undefined : tenantSlugOf', tests: SLUG },
  // Whose an id is
  { file: 'src/graphql/core/period.ts', find: 'period?.tenantId === work.binding.tenantId ? period : null', plant: 'period', tests: ['test/graphql/core/node'] },
  { file: 'src/graphql/marketplace/marketplace.ts', find: '(tenantId === work.binding.tenantId ? { viewedBy: tenantId } : null)', plant: '({ viewedBy: tenantId })', tests: IDS },
  { file: 'src/graphql/viewer/viewer.ts', find: '(id === viewerId(context) ? context : null)', plant: 'context', tests: IDS },
  { file: 'src/graphql/viewer/viewer.ts', find: ', tenantAccess?.tenantId];', plant: '];', tests: IDS },
  { file: 'src/graphql/viewer/viewer-api-key.ts', find: '(apiKey && rowId(apiKey) === id ? apiKey : null)', plant: 'apiKey', tests: ['test/graphql/viewer/viewer-api-key'] },
  { file: 'src/graphql/entitlement/objects.ts', find: 'if (tenantId !== work.binding.tenantId) return null;', plant: '', tests: MATRIX },
  { file: 'src/database/queries/entitlement.ts', find: 'return object?.id === id ? object : null;', plant: 'return object ?? null;', tests: MATRIX },
  { file: 'src/domain/retrieval/retrieve.ts', find: "      if (object.entitlementId !== retrieval.entitlementId) throw new GatewayError('NOT_FOUND', MESSAGES.NOT_FOUND);\n", plant: '', tests: ['test/domain/retrieval/retrieve'] },
];
