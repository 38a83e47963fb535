export * from './certificate-health.ts';
export * from './difference.ts';
export * from './inventory.ts';
export * from './ip-address.ts';
export * from './machine.ts';
export * from './power-state.ts';
export * from './software-text.ts';
export * from './subnet.ts';
