import type { Static } from 'typebox';
import * as Type from 'typebox';

/** How content reaches machines. auto: the site chooses for each machine, and says why. */
export const DeliveryMethod = Type.Union([
  Type.Literal('auto'),
  Type.Literal('unicast'),
  Type.Literal('multicast'),
]);
export type DeliveryMethod = Static<typeof DeliveryMethod>;
