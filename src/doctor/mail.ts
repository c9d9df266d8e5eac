import { smtpMail } from '../mail/smtp.ts';
import { type Group, ok, reason, skipped, unchecked, wrong } from './finding.ts';

const CHECK = 'mail';

/** Connects to the mail server and signs in. It sends nothing. */
export const mailGroup: Group = {
  name: CHECK,
  run: async ({ values: { SMTP_URL: url, MAIL_FROM: from = '' } }) => {
    if (!url) return [skipped(CHECK, "SMTP_URL isn't set: the worker needs it, the gateway doesn't")];
    const mail = smtpMail({ url, from });
    try {
      await mail.verify();
      return [ok(CHECK, `${new URL(url).host} answers`)];
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'EAUTH') return [wrong(CHECK, reason(error), 'correct user and password in SMTP_URL')];
      if (code === 'ETLS') return [wrong(CHECK, reason(error), 'use smtps://, or a server with STARTTLS, in SMTP_URL')];
      return [unchecked(CHECK, reason(error), 'correct host and port in SMTP_URL, or let this machine reach them')];
    } finally {
      mail.close();
    }
  },
};
