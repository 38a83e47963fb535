export * from './freeze-step.ts';
export * from './frozen-step.ts';
export * from './plan.ts';
export * from './resolve-condition.ts';
export * from './run-progress.ts';
export * from './run-state.ts';
export * from './scenario.ts';
export * from './scenario-problems.ts';
