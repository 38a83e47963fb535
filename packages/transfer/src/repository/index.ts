export * from './description.ts';
export { Failure, repositoryFailures } from './failures.ts';
export { readFolderIndex } from './folder.ts';
export * from './index-file.ts';
export * from './inspect.ts';
export * from './keys.ts';
export * from './publish.ts';
export * from './source.ts';
export * from './trust.ts';
