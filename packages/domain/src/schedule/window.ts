import { type Static, Type } from 'typebox';
import { OnceSchedule, RecurringSchedule } from './schedule.ts';

/** A time in which machines may be changed. */
export const MaintenanceWindow = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  name: Type.String({ minLength: 1, maxLength: 255 }),
  schedule: Type.Union([OnceSchedule, RecurringSchedule]),
  durationMinutes: Type.Integer({ minimum: 1, maximum: 44_640 }),
});
export type MaintenanceWindow = Static<typeof MaintenanceWindow>;
