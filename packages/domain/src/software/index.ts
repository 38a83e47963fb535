export * from './applicability.ts';
export * from './condition.ts';
export * from './detection.ts';
export * from './operating-systems.ts';
export * from './package-problems.ts';
export * from './platform-target.ts';
export * from './program.ts';
export * from './software-package.ts';
