export * from './check-host.ts';
export * from './host-firewall.ts';
export * from './lost-contact.ts';
