import ipaddr from 'ipaddr.js';
import { badInput } from '../core/errors.ts';
import { line } from '../core/text.ts';
import { isAllowedAddress } from './address.ts';

/** The longest name, code points, and the longest URL. */
const [NAME, URL_LENGTH] = [120, 2_000];

/** @throws {GatewayError} BAD_USER_INPUT for an invalid name. */
export const webhookName = (text: string): string => line(text, 'The name', NAME);

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * The URL of a webhook in its stored form. Which addresses a host name has is checked when a
 * request is sent, because they change.
 *
 * @throws {GatewayError} BAD_USER_INPUT unless it is https (or http on this machine, with
 * `allowLoopback`), without a user or a fragment; or for an address that isn't public.
 */
export function webhookUrl(text: string, allowLoopback: boolean): string {
  if (text.length > URL_LENGTH)
    throw badInput(`The URL is longer than ${URL_LENGTH} characters.`, { limit: URL_LENGTH, actual: text.length });
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHere = allowLoopback && url?.protocol === 'http:' && LOOPBACK.test(url.hostname);
  if (!url || !(url.protocol === 'https:' || isHere)) throw badInput('The URL must be a complete https:// URL.');
  if (url.username || url.password) throw badInput('The URL must not contain a user or a password. Requests are signed instead.');
  checkAddress(url.hostname, allowLoopback);
  if (url.hash) throw badInput('The URL must not have a fragment.');
  if (url.href.length > URL_LENGTH) throw badInput(`The URL is longer than ${URL_LENGTH} characters when it is encoded.`);
  return url.href;
}

function checkAddress(hostname: string, allowLoopback: boolean): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !isAllowedAddress(host, allowLoopback))
    throw badInput(`\`url\` names the address ${host}, which isn't public. Requests go to public addresses only.`, { field: 'url' });
}
