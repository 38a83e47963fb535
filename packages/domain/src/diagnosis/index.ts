export * from './diagnosis.ts';
export * from './failures.ts';
export * from './texts.ts';
