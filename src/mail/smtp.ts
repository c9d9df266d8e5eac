import { createTransport } from 'nodemailer';
import addressparser from 'nodemailer/lib/addressparser';
import { Undelivered } from '../domain/core/delivery.ts';
import type { Mail } from '../domain/core/services.ts';
import { exactly } from './recipient.ts';

export type SmtpOptions = {
  /** `smtps://user:password@host:465` or `smtp://host:587`, which asks for STARTTLS. */
  readonly url: string;
  readonly from: string;
};

/** `verify` connects and signs in, and rejects if that fails. */
export type SmtpMail = Mail & { verify(): Promise<void>; close(): void };

/** How long a mail server may take to answer, ms. */
const TIMEOUT_MS = 10_000;

/**
 * Sends messages through a mail server. Plain `smtp://` requires STARTTLS, except for localhost.
 */
export function smtpMail({ url, from }: SmtpOptions): SmtpMail {
  const sender = addressparser(from, { flatten: true })[0]?.address ?? from;
  const { protocol, hostname } = new URL(url);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const transport = createTransport(
    {
      url,
      requireTLS: protocol === 'smtp:' && !isLocal,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    },
    { from },
  );
  return {
    send: async ({ to, ...content }) => {
      const address = exactly(to);
      const options = { envelope: { from: sender, to: [address] }, disableFileAccess: true, disableUrlAccess: true };
      await transport.sendMail({ ...content, to: { name: '', address }, ...options }).catch((error: SmtpError) => {
        throw undelivered(error);
      });
    },
    verify: async () => void (await transport.verify()),
    close: () => transport.close(),
  };
}

/** The error of nodemailer: `command` is the SMTP command that failed. */
type SmtpError = Error & { readonly responseCode?: number | undefined; readonly command?: string | undefined };

/** The commands whose reply is about the recipient or the message, not about us. */
const ABOUT_MESSAGE: readonly unknown[] = ['RCPT TO', 'DATA'];

/** Replies that are about us all the same: a wrong order of commands, or authentication. */
const ABOUT_US: readonly number[] = [503, 530, 534, 535, 538];

function undelivered(error: SmtpError): Undelivered {
  const { message, responseCode = 0, command } = error;
  const isFinal = ABOUT_MESSAGE.includes(command) && responseCode >= 500 && responseCode < 600 && !ABOUT_US.includes(responseCode);
  return new Undelivered(message, responseCode >= 400 && responseCode < 600 ? responseCode : null, isFinal, { cause: error });
}
