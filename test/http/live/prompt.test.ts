import { afterEach, beforeAll, expect, test } from 'vitest';
import { type Subscribed, subscribe } from '../../support/subscribe.ts';
import { useTenantActors } from '../../support/tenant-actors.ts';

/** Events are sent because they happened, not because a heartbeat was due (SPEC G8). */
const fixtures = useTenantActors({ heartbeat: 3_600_000 });
const open: Subscribed[] = [];
afterEach(() => {
  for (const subscribed of open.splice(0)) subscribed.close();
});
let home: Awaited<ReturnType<typeof fixtures.home>>;
beforeAll(async () => {
  home = await fixtures.home();
});

test.each([
  ['of a tenant', 'subscription { membershipChanged { membership { roles } } }', 'membershipChanged.membership.roles'],
  ['of a person', 'subscription { viewerChanged { viewer { membership { roles } } } }', 'viewerChanged.viewer.membership.roles'],
])('a change is sent to a stream %s', async (_, query, path) => {
  const member = await fixtures.join(home, ['viewer']);
  const subscribed = await subscribe(fixtures.gateway.url, query, member);
  open.push(subscribed);
  // The stream begins before the change.
  await fixtures.gateway.ask('{ tenant { events(first: 1) { next } } }', member);
  await expect
    .poll(async () => {
      const roles = subscribed.sent.length % 2 ? ['VIEWER'] : ['VIEWER', 'OPERATOR'];
      await fixtures.must(home.owner, 'setMemberRoles', { membershipId: member.membershipId, roles });
      return subscribed.sent.length;
    })
    .toBeGreaterThan(1);
  expect(subscribed.sent[0]).toHaveProperty(`data.data.${path}`);
});
