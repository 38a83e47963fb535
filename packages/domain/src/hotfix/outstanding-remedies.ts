import { certificateStateOf } from '../machine/certificate-health.ts';
import type { Inventory } from '../machine/inventory.ts';
import { hotfixes } from './catalogue.ts';

/**
 * What is still to be done about the certificates of a machine (IDENT-14, IDENT-15): `generator`, the hotfix without
 * which the old client makes bad names anew; `certfix`, for those that are there.
 */
export const certificateRemedies = ['generator', 'certfix'] as const;
export type CertificateRemedy = (typeof certificateRemedies)[number];

/** In the order in which they help: repaired before the generator is, a name may turn bad again. */
export function outstandingRemedies({
  software,
  agent,
}: Pick<Inventory, 'software' | 'agent'>): CertificateRemedy[] {
  const isOutstanding = {
    generator: software.some(
      ({ name, version }) => name === 'Configuration Manager Client' && hasBadGenerator(version),
    ),
    certfix: certificateStateOf(agent.certificates) === 'repairable',
  };
  return certificateRemedies.filter((remedy) => isOutstanding[remedy]);
}

/** Builds by line in which the generator is right, from the hotfix's own list of files. */
const fixedBuilds = new Map(
  Object.values(hotfixes.find(({ id }) => id === 'KB977203')?.files ?? {}).flatMap((files) =>
    (files ?? [])
      .filter(({ name }) => name.toLowerCase() === 'ccmgencert.dll')
      .map(({ version }) => {
        const [, , line = '', build = ''] = (version ?? '').split('.');
        return [Number(line), Number(build)] as const;
      }),
  ),
);

/** `4.00.6487.2000`: of an affected line, and older than the hotfix. */
function hasBadGenerator(version: string): boolean {
  const [major, minor, line, build] = version.split('.').map(Number);
  const fixed = fixedBuilds.get(line ?? Number.NaN);
  return major === 4 && minor === 0 && fixed !== undefined && (build ?? 0) < fixed;
}
