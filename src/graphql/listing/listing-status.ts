import { builder } from '../core/builder.ts';
import { enumValues } from '../core/enum-values.ts';

export const ListingStatus = builder.enumType('ListingStatus', {
  description: 'The status of a listing.',
  values: enumValues(['draft', 'published', 'withdrawn'], {
    draft: 'Never published. Only its own tenant sees it.',
    published: 'On the marketplace, while its tenant is active and sells.',
    withdrawn: 'No longer on the marketplace. Existing entitlements stay valid.',
  }),
});
