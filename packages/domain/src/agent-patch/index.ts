export * from './agent-patch.ts';
export * from './failures.ts';
export * from './judge-patch.ts';
export * from './property-diff.ts';
