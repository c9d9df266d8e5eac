import * as z from 'zod';
import { count } from './config-values.ts';
import { SETTINGS, type Settings } from './domain/core/services.ts';

/** The durations and limits of tenants, invitations and links. */
export const life = z.object({
  INVITATION_DAYS: count(365, SETTINGS.invitationDays),
  TRANSFER_MINUTES: count(1_440, SETTINGS.transferMinutes),
  DELETION_DAYS: count(365, SETTINGS.deletionDays),
  FREE_TENANTS: count(1_000, SETTINGS.freeTenants),
  UPLOAD_MINUTES: count(720, SETTINGS.uploadMinutes),
  DOWNLOAD_HOURS: count(168, SETTINGS.downloadHours),
  MESSAGES_PER_RECIPIENT: count(10_000, SETTINGS.messageLimits.recipient),
  MESSAGES_PER_PERSON: count(10_000, SETTINGS.messageLimits.person),
  MESSAGES_PER_TENANT: count(10_000, SETTINGS.messageLimits.tenant),
});

/** The configured durations and limits of tenants. */
export const settingsOf = (config: z.infer<typeof life>): Settings => ({
  invitationDays: config.INVITATION_DAYS,
  transferMinutes: config.TRANSFER_MINUTES,
  deletionDays: config.DELETION_DAYS,
  freeTenants: config.FREE_TENANTS,
  uploadMinutes: config.UPLOAD_MINUTES,
  downloadHours: config.DOWNLOAD_HOURS,
  messageLimits: { recipient: config.MESSAGES_PER_RECIPIENT, person: config.MESSAGES_PER_PERSON, tenant: config.MESSAGES_PER_TENANT },
});
