import { afterEach, expect, test } from 'vitest';
import { type Subscribed, subscribe } from '../../support/subscribe.ts';
import { useTenantActors } from '../../support/tenant-actors.ts';

/** An open subscription gets exactly the types of events that its caller may read (SPEC G8). */
const fixtures = useTenantActors();
const open: Subscribed[] = [];
afterEach(() => {
  for (const subscribed of open.splice(0)) subscribed.close();
});

test('an API key with one of two scopes gets the events of that one', async () => {
  const home = await fixtures.home('STARTER');
  const { secret } = await fixtures.must(home.owner, 'createApiKey', { name: 'Key', scopes: ['TENANT_READ'] });
  const [key, owner] = await Promise.all(
    [{ token: secret }, home.owner].map(caller =>
      subscribe(fixtures.gateway.url, 'subscription { tenantChanged { cursor tenant { name } } }', caller),
    ),
  );
  open.push(key!, owner!);
  // No key reads the plan, nor the address for bills.
  await fixtures.must(home.owner, 'changePlan', { plan: 'PROFESSIONAL' });
  await fixtures.must(home.owner, 'setBillingEmail', { email: 'bills@people.example' });
  await fixtures.must(home.owner, 'renameTenant', { name: 'Renamed' });
  const cursors = [await owner!.next(), await owner!.next(), await owner!.next()].map(sent => sent!.id);
  expect((await key!.next())!.id).toBe(cursors[2]);
});
