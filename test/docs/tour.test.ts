import { describe, expect, test } from 'vitest';
import { commandsIn, hasCurl } from '../support/commands.ts';
import { useTour } from '../support/tour.ts';

const COMMANDS = commandsIn('docs/tour.md');

describe.skipIf(!hasCurl && !process.env.CI)("the tour's commands work as printed, except for port and folder", () => {
  const run = useTour(COMMANDS);
  const json = async (name: string) => JSON.parse(await run(name));

  test('the page has exactly these commands', () => {
    expect([...COMMANDS.keys()]).toEqual([
      ...['helpers', 'invite', 'mail', 'accept', 'request', 'confirm', 'suspend', 'refused', 'resume', 'delete', 'cancel', 'audit'],
    ]);
  });

  test('invite, accept, transfer, suspend, resume, delete, cancel', async () => {
    await run('helpers');
    const invitation = { email: 'ada@newcomers.example', roles: ['ADMIN', 'VIEWER'], invitedBy: 'Nora Lindqvist' };
    expect(await json('invite')).toEqual({ data: { inviteMember: { invitation } } });
    await run('mail');
    const membership = { slug: 'northwind', roles: ['ADMIN', 'VIEWER'] };
    expect(await json('accept')).toEqual({ data: { acceptInvitation: { membership } } });
    expect(await json('accept')).toMatchObject({ errors: [{ extensions: { code: 'INVITATION_INVALID' } }] });
    expect((await json('request')).data.requestOwnershipTransfer.code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    const edges = [{ node: { user: { name: 'Ada' }, roles: ['OWNER', 'ADMIN', 'VIEWER'] } }];
    expect(await json('confirm')).toEqual({ data: { confirmOwnershipTransfer: { tenant: { memberships: { edges } } } } });
    expect(await json('suspend')).toEqual({ data: { staffSuspendTenant: { tenant: { status: 'SUSPENDED' } } } });
    expect(await json('refused')).toMatchObject({
      data: { renameTenant: null },
      errors: [{ extensions: { because: 'TENANT_STATUS', tenantStatus: 'SUSPENDED', requires: { statuses: ['ACTIVE'] } } }],
    });
    expect(await json('resume')).toEqual({ data: { staffResumeTenant: { tenant: { status: 'ACTIVE', statusReason: null } } } });
    expect(await json('delete')).toMatchObject({ data: { requestTenantDeletion: { tenant: { status: 'PENDING_DELETION' } } } });
    expect(await json('cancel')).toEqual({ data: { cancelTenantDeletion: { tenant: { status: 'ACTIVE', deletionDueAt: null } } } });
    const { data } = await json('audit');
    expect(
      data.tenant.auditEvents.edges.map(({ node }: { node: { action: string; outcome: string } }) => `${node.action} ${node.outcome}`),
    ).toEqual([
      'DELETION_CANCEL DONE',
      'DELETION_REQUEST DONE',
      'TENANT_RESUME DONE',
      'TENANT_RENAME REFUSED',
      'TENANT_SUSPEND DONE',
      'OWNERSHIP_CONFIRM DONE',
      'OWNERSHIP_REQUEST DONE',
      'INVITATION_ACCEPT REFUSED',
      'INVITATION_ACCEPT DONE',
      'INVITATION_CREATE DONE',
      'TENANT_CREATE DONE',
    ]);
  });
});
