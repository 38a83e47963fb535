export * from './schedule.ts';
export * from './window.ts';
