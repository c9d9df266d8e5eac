import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { uuidv7 as uuid } from 'uuidv7';
import type { Mail } from '../domain/core/services.ts';
import { exactly } from './recipient.ts';

/**
 * Writes each message to a folder as an `.eml` file, which any mail program opens. File names sort
 * in the order of sending.
 */
export function folderMail(directory: string, from: string): Mail {
  const transport = createTransport({ streamTransport: true, buffer: true }, { from, textEncoding: 'quoted-printable' });
  return {
    send: async ({ to, ...content }) => {
      const { message } = await transport.sendMail({ ...content, to: { name: '', address: exactly(to) } });
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const file = join(directory, `${uuid()}.eml`);
      await writeFile(`${file}.part`, message as Buffer, { mode: 0o600 });
      await rename(`${file}.part`, file); // never a partial file
    },
  };
}

/** The newest message to an address in a folder, as plain text; null when there is none. */
export async function newestMessage(directory: string, to: string): Promise<string | null> {
  const files = await readdir(directory).catch(() => []);
  for (const file of files
    .filter(name => name.endsWith('.eml'))
    .sort()
    .reverse()) {
    const message = await readFile(join(directory, file), 'utf8');
    if (addressee(message) === to.toLowerCase()) return readable(message.replace(HTML_PART, ''));
  }
  return null;
}

/** The HTML part of a message, which is its last one. */
const HTML_PART = /\r?\n--[^\r\n]+\r?\nContent-Type: text\/html[\s\S]*$/i;

const addressee = (message: string): string | undefined => /^To: <?([^<>\r\n]+)>?\r?$/im.exec(message)?.[1]?.toLowerCase();

/** Decodes quoted-printable (RFC 2045, 6.7). */
function readable(message: string): string {
  if (!/^Content-Transfer-Encoding: quoted-printable\r?$/im.test(message)) return message;
  const bytes = message
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
