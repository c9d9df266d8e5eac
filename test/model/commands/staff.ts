import { type Choice, type Operation, pick } from '../operation.ts';
import { applyDue, type Scene, worksIn } from '../rules.ts';
import { isThere } from '../state.ts';
import { move, nameOf, rename, someName } from './tenant.ts';

const REASONS = ['Bills are open.', 'Abuse.', ' '];
const LIMITS = [null, 1, 2, 4, 6, 0];

/** An operation of staff's on the tenant that the input names. */
const onNamed = (
  name: Operation['name'],
  {
    input = () => ({}),
    bad = () => false,
    run,
  }: { input?: (choice: Choice) => object; bad?: (scene: Scene) => boolean; run: Operation['run'] },
): Operation => ({
  name,
  selection: 'tenant { tenantId }',
  input: choice => ({ tenantId: choice.tenant.id, ...input(choice) }),
  leadsTo: ({ tenants }, { tenantId }) => tenants.find(tenant => tenant.id === tenantId && isThere(tenant)) ?? null,
  run: scene => {
    if (bad(scene)) return 'BAD_USER_INPUT';
    if (!scene.tenant) return 'NOT_FOUND';
    return worksIn(name, scene.tenant) ? run(scene) : 'TENANT_STATUS';
  },
});

export const STAFF: readonly Operation[] = [
  onNamed('staffSuspendTenant', {
    input: ({ dice: [a] }) => ({ reason: pick(REASONS, a!) }),
    bad: ({ input }) => !nameOf(input.reason),
    run: scene => {
      move(scene, 'suspended', nameOf(scene.input.reason));
      return null;
    },
  }),
  onNamed('staffResumeTenant', {
    run: scene => {
      move(scene, 'active', null);
      return null;
    },
  }),
  onNamed('staffRenameTenant', {
    input: ({ dice: [a] }) => ({ name: someName(a!) }),
    bad: ({ input }) => !nameOf(input.name),
    run: rename,
  }),
  onNamed('staffArrangeEnterprise', {
    input: ({ dice: [a] }) => ({ memberLimit: pick(LIMITS, a!) }),
    bad: ({ input }) => input.memberLimit === 0,
    run: scene => {
      applyDue(scene);
      const { tenant, world, input, record } = scene;
      if (tenant.plan === 'ENTERPRISE' && !tenant.next && tenant.contract === input.memberLimit) return null;
      const since = tenant.plan === 'ENTERPRISE' ? tenant.since : world.now;
      Object.assign(tenant, { plan: 'ENTERPRISE', since, next: null, contract: input.memberLimit as number | null });
      record();
      return null;
    },
  }),
];
