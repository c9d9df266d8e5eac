import { createTransport } from 'nodemailer';
import type { Mail } from '../domain/core/services.ts';

export type SmtpOptions = {
  /** `smtps://user:password@host:465` or `smtp://host:587`, which asks for STARTTLS. */
  readonly url: string;
  readonly from: string;
};

/** How long a mail server may take to answer, ms. */
const PATIENCE = 10_000;

/**
 * Hands messages to a mail server. Plain `smtp://` to another machine than this one insists on
 * STARTTLS.
 */
export function smtpMail({ url, from }: SmtpOptions): Mail & { close(): void } {
  const { protocol, hostname } = new URL(url);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const transport = createTransport(
    { url, requireTLS: protocol === 'smtp:' && !isLocal, connectionTimeout: PATIENCE, greetingTimeout: PATIENCE, socketTimeout: PATIENCE },
    { from },
  );
  return {
    send: async ({ to, subject, text }) => {
      await transport.sendMail({ to: { name: '', address: to }, subject, text, disableFileAccess: true, disableUrlAccess: true });
    },
    close: () => transport.close(),
  };
}
