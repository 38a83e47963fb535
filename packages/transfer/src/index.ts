export * from './content-path.ts';
export * from './failures.ts';
export * from './manifest.ts';
export * from './manifest-check.ts';
export * from './manifest-digest.ts';
