import { randomBytes } from 'node:crypto';
import { ConfigError } from '../config.ts';
import type { RuntimeRole } from '../database/admin/roles.ts';

/** The gateway's role as its connection URL names it. */
export function runtimeRole(url: string): RuntimeRole {
  const { username, password } = new URL(url);
  if (!username) throw new ConfigError("DATABASE_URL names no user. Add the name of the gateway's role.");
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** The gateway's role if only a superuser's URL is given, with a new password. */
export const newRole = (): RuntimeRole => ({ name: 'ipto_gateway', password: randomBytes(24).toString('base64url') });

/** A superuser's URL, with another role. */
export const servedUrl = (url: string, { name, password }: RuntimeRole): string =>
  Object.assign(new URL(url), { username: name, password }).href;
