export * from './artefact-name.ts';
export * from './catalogue.ts';
export * from './file-table.ts';
export * from './hotfix.ts';
export * from './judge-files.ts';
export * from './patch-list.ts';
export * from './pe-file.ts';
export * from './supersedence.ts';
