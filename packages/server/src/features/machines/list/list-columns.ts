import { certificateStateOf, type Inventory, inboundStateOf, primaryAddress } from '@tenkai/domain';
import { outstandingRemedies } from '@tenkai/domain/hotfix/outstanding-remedies.ts';
import type { MachineRecord } from '../tables.ts';

/** What the list shows of an inventory. */
export function listColumns(
  inventory: Inventory,
): Pick<
  MachineRecord,
  | 'operating_system'
  | 'service_pack'
  | 'architecture'
  | 'address'
  | 'inbound_state'
  | 'certificate_state'
  | 'certificate_remedies'
> {
  const { operatingSystem: system } = inventory;
  return {
    operating_system: systemName(system),
    service_pack: servicePackText(system),
    architecture: system.architecture,
    address: primaryAddress(inventory.network)?.address ?? '',
    inbound_state: inboundStateOf(inventory.agent.firewall),
    certificate_state: certificateStateOf(inventory.agent.certificates),
    certificate_remedies: outstandingRemedies(inventory).join(' '),
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
