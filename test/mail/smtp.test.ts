import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { smtpMail } from '../../src/mail/smtp.ts';
import { type Replies, startMailServer } from '../support/mail-server.ts';
import { waitFor } from '../support/wait.ts';

let server: Awaited<ReturnType<typeof startMailServer>>;
beforeAll(async () => {
  server = await startMailServer();
});
afterAll(() => server?.stop());
beforeEach(() => {
  server.taken.length = 0;
});

const FROM = 'IPTO <no-reply@ipto.example>';
const message = { to: 'ines@people.example', subject: 'Hello', text: 'A line.\n.\nAnother.\n' };

describe('smtpMail', () => {
  test('sends a message, complete, to its one recipient', async () => {
    const mail = smtpMail({ url: server.url, from: FROM });
    await mail.send(message);
    mail.close();
    expect(server.taken).toMatchObject([{ from: 'no-reply@ipto.example', to: ['ines@people.example'] }]);
    const data = server.taken[0]!.data;
    expect(data).toContain('From: IPTO <no-reply@ipto.example>\r\n');
    expect(data).toContain('To: ines@people.example\r\n');
    expect(data).toContain('Subject: Hello\r\n');
    expect(data).toContain('\r\n\r\nA line.\r\n.\r\nAnother.');
  });

  test('a refused recipient rejects, and the next message goes through', async () => {
    const mail = smtpMail({ url: server.url, from: FROM });
    await expect(mail.send({ ...message, to: 'refused@people.example' })).rejects.toThrow('550 no such mailbox');
    await mail.send(message);
    mail.close();
    expect(server.taken.map(({ to }) => to)).toEqual([['ines@people.example']]);
  });

  test.each<[string, string, Replies, boolean]>([
    ['of the recipient is final', message.to, { rcpt: '550 no such mailbox' }, true],
    ['of the message is final', message.to, { data: '550 spam' }, true],
    ['of the sender is not: it is about us', 'no-reply@ipto.example', { mail: '550 sender rejected' }, false],
    ['for now is not', message.to, { rcpt: '450 try later' }, false],
  ])('a refusal %s', async (_what, address, replies, isFinal) => {
    server.replies.set(address, replies);
    const mail = smtpMail({ url: server.url, from: FROM });
    const replyCode = Number(Object.values(replies)[0]!.slice(0, 3));
    await expect(mail.send(message)).rejects.toMatchObject({ replyCode, isFinal });
    mail.close();
    server.replies.clear();
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, Partial<typeof message>]>([
    ['a line break in the subject',      { subject: 'Hi\r\nBcc: eve@evil.example' }],
    ['a line feed in the subject',       { subject: 'Hi\nBcc: eve@evil.example' }],
    ['a comma in the address',           { to: 'ines@people.example,eve@evil.example' }],
    ['angle brackets in the address',    { to: '<eve@evil.example>ines@people.example' }],
    ['a display name in the address',    { to: 'Eve"<eve@evil.example>' }],
    ['a line break in the address',      { to: 'ines@people.example\r\nBcc: eve@evil.example' }],
  ])('%s adds neither recipient nor header', async (_what, odd) => {
    const mail = smtpMail({ url: server.url, from: FROM });
    await mail.send({ ...message, ...odd }).catch(() => {});
    mail.close();
    for (const { to, data } of server.taken) {
      expect(to).not.toContain('eve@evil.example');
      expect(data.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im);
    }
  });

  test.each(['x@y.example>', 'X@y.example', 'x@bücher.example', '"x y"@z.example', 'x@y.example.', 'x(z)@y.example'])(
    'R9: %s is not canonical and is not sent',
    async to => {
      const mail = smtpMail({ url: server.url, from: FROM });
      await expect(mail.send({ ...message, to })).rejects.toThrow('not a canonical address');
      mail.close();
      expect(server.taken).toEqual([]);
    },
  );

  test.each(["o'neil+tag@y.example", '%@y.example', 'info@xn--bcher-kva.example', 'a{b}@y.example'])(
    'R9: the envelope has exactly %s',
    async to => {
      const mail = smtpMail({ url: server.url, from: FROM });
      await mail.send({ ...message, to });
      mail.close();
      expect(server.taken.map(taken => taken.to)).toEqual([[to]]);
    },
  );

  test('a text that looks like a file or a URL is sent as text', async () => {
    const mail = smtpMail({ url: server.url, from: FROM });
    await mail.send({ ...message, text: 'file:///etc/passwd' });
    mail.close();
    expect(server.taken[0]?.data).toContain('\r\n\r\nfile:///etc/passwd');
  });

  test('a remote server without STARTTLS is refused before any address is sent', async () => {
    // loopback too, yet by no name of this machine
    const other = await startMailServer('127.0.0.2');
    const mail = smtpMail({ url: other.url, from: FROM });
    await expect(mail.send(message)).rejects.toThrow(/STARTTLS/);
    mail.close();
    await other.stop();
    expect(other.taken).toEqual([]);
  });

  test('an unavailable server is an error', async () => {
    const gone = await startMailServer();
    await gone.stop();
    const mail = smtpMail({ url: gone.url, from: FROM });
    await expect(mail.send(message)).rejects.toThrow('ECONNREFUSED');
    mail.close();
  });

  test('no connection stays open', async () => {
    const mail = smtpMail({ url: server.url, from: FROM });
    await mail.send(message);
    mail.close();
    await waitFor(() => expect(server.connections()).toBe(0));
  });
});
