export * from './agent-upgrade.ts';
export * from './guard-script.ts';
export * from './rpm-header.ts';
export * from './state-folder.ts';
export * from './upgrade-files.ts';
export * from './upgrade-script.ts';
