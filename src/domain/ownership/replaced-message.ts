import { Eta } from 'eta';
import type { Message } from '../core/services.ts';
import { quoted } from '../core/text.ts';

/** What the notice of a replaced owner says: all of it is text from users. */
export type ReplacementFacts = { readonly tenant: string; readonly reason: string; readonly previous: string; readonly owner: string };

const TEXT = `The staff of IPTO made another member the owner of a tenant that you administer.

Tenant:         <%~ it.tenant %>

New owner:      <%~ it.owner %>

Previous owner: <%~ it.previous %>

Reason:         <%~ it.reason %>


The event is in the tenant's audit log. If you know of no such request, write to the support of IPTO.
`;

const HTML = `<!doctype html>
<html lang="en">
<body>
<p>The staff of IPTO made another member the owner of a tenant that you administer.</p>
<table>
<tr><td>Tenant:</td><td><%= it.tenant %></td></tr>
<tr><td>New owner:</td><td><%= it.owner %></td></tr>
<tr><td>Previous owner:</td><td><%= it.previous %></td></tr>
<tr><td>Reason:</td><td><%= it.reason %></td></tr>
</table>
<p>The event is in the tenant's audit log. If you know of no such request, write to the support of IPTO.</p>
</body>
</html>
`;

const eta = new Eta({ autoEscape: true });

/** The notice that the owner was replaced. Text from users is quoted (SPEC X2). */
export function replacedMessage(to: string, { tenant, reason, previous, owner }: ReplacementFacts): Message {
  const facts = { tenant: quoted(tenant), reason: quoted(reason), previous: quoted(previous), owner: quoted(owner) };
  const subject = `New owner of ${facts.tenant} on IPTO`;
  return { to, subject, text: eta.renderString(TEXT, facts), html: eta.renderString(HTML, facts) };
}
