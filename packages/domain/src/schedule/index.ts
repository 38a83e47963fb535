export * from './occurrence.ts';
export * from './problems.ts';
export * from './schedule.ts';
export * from './window.ts';
export * from './window-fit.ts';
export { isTimeZone } from './zone.ts';
