export * from './find-systems.ts';
export * from './firewall-guide.ts';
export * from './match-system.ts';
export * from './step-support.ts';
export * from './system-row.ts';
export * from './system-rows.ts';
export * from './systems-page.ts';
export * from './windows-system.ts';
