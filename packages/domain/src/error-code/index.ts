export * from './catalogue.ts';
export * from './find.ts';
