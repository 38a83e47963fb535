export * from './collections.ts';
export * from './deployments.ts';
export * from './machines.ts';
export * from './packages.ts';
export * from './paging.ts';
export * from './permissions.ts';
export * from './scenarios.ts';
