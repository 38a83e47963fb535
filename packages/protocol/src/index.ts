export * from './agent/channel.ts';
export * from './agent/enrollment.ts';
export * from './agent/orders.ts';
export * from './agent/reports.ts';
export * from './api/index.ts';
export * from './api/route.ts';
export * from './client.ts';
export * from './problem.ts';
