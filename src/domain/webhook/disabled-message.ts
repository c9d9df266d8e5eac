import { Eta } from 'eta';
import type { Message } from '../core/services.ts';
import { quoted } from '../core/text.ts';

/** What the notice of a disabled webhook says. Its host stands for the URL, which may be secret. */
export type DisabledFacts = {
  readonly kind: 'webhook disabled';
  readonly tenant: string;
  readonly webhook: string;
  readonly host: string;
};

const TEXT = `The receiver of a webhook of a tenant that you administer failed for 72 hours. It is sent nothing any more.

Tenant:   <%~ it.tenant %>

Webhook:  <%~ it.webhook %>

Host:     <%~ it.host %>


Its events wait for as long as they are kept. Correct the receiver, then set the webhook to ACTIVE.
`;

const HTML = `<!doctype html>
<html lang="en">
<body>
<p>The receiver of a webhook of a tenant that you administer failed for 72 hours. It is sent nothing any more.</p>
<table>
<tr><td>Tenant:</td><td><%= it.tenant %></td></tr>
<tr><td>Webhook:</td><td><%= it.webhook %></td></tr>
<tr><td>Host:</td><td><%= it.host %></td></tr>
</table>
<p>Its events wait for as long as they are kept. Correct the receiver, then set the webhook to <code>ACTIVE</code>.</p>
</body>
</html>
`;

const eta = new Eta({ autoEscape: true });

/** The notice that a webhook was disabled. Text from users is quoted (SPEC X2). */
export function disabledMessage(to: string, { tenant, webhook, host }: DisabledFacts): Message {
  const facts = { tenant: quoted(tenant), webhook: quoted(webhook), host: quoted(host) };
  const subject = `Webhook ${facts.webhook} of ${facts.tenant} on IPTO was disabled`;
  return { to, subject, text: eta.renderString(TEXT, facts), html: eta.renderString(HTML, facts) };
}
