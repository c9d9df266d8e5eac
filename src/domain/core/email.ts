import addressparser from 'nodemailer/lib/addressparser';
import { toASCII } from 'tr46';
import { badInput } from './errors.ts';
import { lengthOf } from './text.ts';

/** The longest address, code points of its canonical form. */
const ADDRESS_LIMIT = 254;

/**
 * A local part without quotes (RFC 5321 `Dot-string`, RFC 6531 for other alphabets). Quoted local
 * parts are refused: parsers disagree about them.
 */
const ATOM = String.raw`[\w!#$%&'*+/=?^{|}~\x60\-\p{L}\p{M}\p{N}]+`;
const LOCAL_PART = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`, 'u');

/** A domain of names, not of a number (an IP address), in ASCII. */
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*(?!\d+$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/**
 * The canonical form of an address (SPEC R9): the domain as an A-label, the local part with ASCII
 * letters in lower case and otherwise unchanged. Two addresses are equal if their canonical forms
 * are. Null for a text that isn't an address, or that a mail program would read as another address.
 */
export function canonicalAddress(text: string): string | null {
  const [local = '', domain = '', ...more] = text.split('@');
  if (more.length || !LOCAL_PART.test(local)) return null;
  const ascii = toASCII(domain, { checkBidi: true, checkJoiners: true, useSTD3ASCIIRules: true, verifyDNSLength: true });
  if (ascii === null || !DOMAIN.test(ascii)) return null;
  const address = `${local.replace(/[A-Z]/g, letter => letter.toLowerCase())}@${ascii}`;
  return lengthOf(address) <= ADDRESS_LIMIT && isReadAs(address) ? address : null;
}

/** Whether a mail program reads a text as exactly this one address. */
function isReadAs(address: string): boolean {
  const [read, ...more] = addressparser(address);
  return !more.length && read?.address === address && read.name === '';
}

/**
 * An e-mail address in its canonical form, in which it is stored, compared and mailed to.
 *
 * @throws {GatewayError} BAD_USER_INPUT for a text that isn't an address.
 */
export function emailAddress(text: string, what = 'The e-mail address'): string {
  const address = canonicalAddress(text);
  if (address === null) throw badInput(`${what} is not valid. Use the form name@domain, without quotes or comments.`);
  return address;
}
