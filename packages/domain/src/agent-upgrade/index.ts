export * from './agent-upgrade.ts';
export * from './scripts.ts';
