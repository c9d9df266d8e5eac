import { Eta } from 'eta';
import type { Message } from '../core/services.ts';
import { quoted } from '../core/text.ts';

/** What an invitation's message says. `tenant` and `inviter` are text from users. */
export type InvitationFacts = {
  readonly email: string;
  readonly tenant: string;
  readonly inviter: string;
  readonly url: string;
  readonly code: string;
  readonly expiresAt: Date;
};

const TEXT = `You are invited to become a member of a tenant on IPTO.

Tenant:     <%~ it.tenant %>

Invited by: <%~ it.inviter %>


Their users chose these two names. IPTO didn't.

Accept or decline here, signed in with this e-mail address:
<%~ it.url %>


Or send this code to acceptInvitation:
<%~ it.code %>


The invitation expires at <%~ it.expiresAt %>. If you don't expect it, ignore this message.
`;

const HTML = `<!doctype html>
<html lang="en">
<body>
<p>You are invited to become a member of a tenant on IPTO.</p>
<table>
<tr><td>Tenant:</td><td><%= it.tenant %></td></tr>
<tr><td>Invited by:</td><td><%= it.inviter %></td></tr>
</table>
<p>Their users chose these two names. IPTO didn't.</p>
<p><a href="<%= it.url %>">Accept or decline</a>, signed in with this e-mail address.</p>
<p>Or send this code to <code>acceptInvitation</code>:<br><code><%= it.code %></code></p>
<p>The invitation expires at <%= it.expiresAt %>. If you don't expect it, ignore this message.</p>
</body>
</html>
`;

const eta = new Eta({ autoEscape: true });

/**
 * The message that invites a person. Names from users are quoted, on a line of their own, with
 * links broken, so that they can't be taken for our text or our link (SPEC X2). The HTML part is
 * escaped.
 */
export function invitationMessage({ email, tenant, inviter, url, code, expiresAt }: InvitationFacts): Message {
  const facts = { tenant: quoted(tenant), inviter: quoted(inviter), url, code, expiresAt: expiresAt.toISOString() };
  return {
    to: email,
    subject: `Invitation to join ${facts.tenant} on IPTO`,
    text: eta.renderString(TEXT, facts),
    html: eta.renderString(HTML, facts),
  };
}
