export * from './backend.ts';
export * from './failures.ts';
export * from './firewall.ts';
export * from './netfw.ts';
export * from './procedure.ts';
export * from './report-text.ts';
export * from './rule.ts';
export * from './rule-table.ts';
