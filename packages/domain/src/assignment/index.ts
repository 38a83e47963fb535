export * from './address.ts';
export * from './assignment.ts';
export * from './boundary.ts';
export * from './failures.ts';
export * from './locate.ts';
export * from './properties.ts';
export * from './service-record.ts';
