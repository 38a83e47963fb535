import type { Weekday } from '@tenkai/domain/schedule/schedule.ts';

/** In the order in which forms list them. */
export const weekdays: readonly Weekday[] = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
];
