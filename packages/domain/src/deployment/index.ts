export * from './delivery.ts';
export * from './deployment.ts';
export * from './waiting-group.ts';
