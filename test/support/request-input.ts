import type { RequestInput } from '../../src/http/auth/build-context.ts';
import { SERVICES } from './services.ts';

/** What a request says beside its credentials, for contexts that are built without HTTP. */
export const requestInput = (tenant?: string, services = SERVICES): RequestInput => ({
  requestId: 'request-1',
  tenant,
  idempotencyKey: null,
  groupsRefusals: false,
  services,
  introspection: 'signed-in',
  explain: () => Promise.reject(new Error('nothing is explained here')),
  examine: () => Promise.reject(new Error('nothing is examined here')),
  live: { nextEvent: async () => {} },
  budget: { rateLimit: () => ({ limit: null, remaining: null, resetAt: services.clock.now() }) },
});
