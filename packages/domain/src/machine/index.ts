export * from './inventory.ts';
export * from './machine.ts';
