import type { Inventory } from '@tenkai/domain';
import type { MachineRecord } from './tables.ts';

/** What the list shows of an inventory. */
export function listColumns(
  inventory: Inventory,
): Pick<MachineRecord, 'operating_system' | 'service_pack' | 'architecture' | 'address'> {
  const { operatingSystem: system } = inventory;
  return {
    operating_system: systemName(system),
    service_pack: servicePackText(system),
    architecture: system.architecture,
    address: primaryAddress(inventory),
  };
}

/** The true name with its edition, so that nothing of the product is lost (BCON-11). */
function systemName({ name, edition }: Inventory['operatingSystem']): string {
  if (edition === undefined || edition === '' || name.toLowerCase().includes(edition.toLowerCase()))
    return name;
  return `${name} ${edition}`;
}

function servicePackText({ servicePack }: Inventory['operatingSystem']): string {
  if (!servicePack) return '';
  const { major, minor } = servicePack;
  return minor === 0 ? `Service Pack ${major}` : `Service Pack ${major}.${minor}`;
}

/** The first IPv4 address of an interface that is up, else the first of any kind that others can reach. */
function primaryAddress({ network }: Inventory): string {
  const interfaces = [...network.interfaces].sort((a, b) => Number(b.isUp) - Number(a.isUp));
  const all = interfaces.flatMap(({ addresses }) => addresses).filter(({ address }) => !isLinkLocal(address));
  return (all.find(({ family }) => family === 'ipv4') ?? all[0])?.address ?? '';
}

/** RFC 3927 and RFC 4291, section 2.5.6. */
function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/i.test(address);
}
