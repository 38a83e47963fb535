/** What Windows Installer knows the agent by. These names and codes never change: machines find the older one by them. */
import { type PropertyName, propertyNames } from '@tenkai/domain/assignment/properties.ts';
import { guidOf } from '@tenkai/protocol/agent/installer-guid.ts';

/** One for all versions of the agent, on x64. */
export const upgradeCode = '{8C8C0F1E-4B53-4E0D-9C4B-6E1B0B7B5A41}';

export const serviceName = 'TenkaiAgent';
/** Below HKEY_LOCAL_MACHINE: what was given at the installation, for the agent to take. */
export const registryKey = 'SOFTWARE\\Tenkai\\Agent';

/** Taken once by the agent, which then removes it. */
const ticket = 'TICKET';
/** Windows Installer's own, which applies the patches itself. */
const patch = 'PATCH';

type Kept = Exclude<PropertyName, typeof ticket | typeof patch>;
/** Installation properties that are kept, by the value of the registry that holds them (docs/assign.md). */
export const keptProperties = propertyNames.filter((name): name is Kept => name !== ticket && name !== patch);
/** What is left in the registry for the agent. */
export const storedProperties = [...keptProperties, ticket] as const;
/** They name files, and are hidden from logs all the same: somebody may give the secret itself. */
export const secretProperties = [ticket, 'LDAPSECRET'] as const;
/** The old product's spellings (AGENT-09..13). PATCH needs no row: Windows Installer knows it itself (AGENT-14). */
export const oldProperties = ['SMSSITECODE', 'SMSMP', 'SMSSLP', 'SMSFSP'] as const;

/** What nobody may send to the elevated half of an installation but an administrator; SERVICESTART and SERVICERUNS are our own. */
export const secureProperties = [
  ...storedProperties,
  ...oldProperties,
  'INSTALLFOLDER',
  'WIX_DOWNGRADE_DETECTED',
  'WIX_UPGRADE_DETECTED',
];

/** Each version is a product of its own that replaces the older ones. */
export const productCode = (version: string) => guidOf(`product ${version}`);

/** `1.2.3`: Windows Installer compares three numbers and no more. */
export function isProductVersion(version: string): boolean {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,5})$/.exec(version)?.slice(1).map(Number) ?? [];
  const [major = 256, minor = 256, build = 65_536] = parts;
  return major <= 255 && minor <= 255 && build <= 65_535;
}
