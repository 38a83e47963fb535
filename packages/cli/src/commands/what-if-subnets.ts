import type { DeploymentWhatIf } from '@tenkai/protocol/api/deployments.ts';
import { bytesText, countText } from '../format.ts';

const mostShown = 20;

/** Where bytes go, a line for each of the subnets with the most; all of them are in `--json`. */
export function subnetTexts({
  subnets,
  subnetCount,
}: Pick<DeploymentWhatIf, 'subnets' | 'subnetCount'>): string[] {
  const shown = subnets.slice(0, mostShown);
  return [
    ...shown.map(
      ({ subnet, machineCount, bytes, lineBytes }) =>
        `to ${subnet ?? 'machines without a known address'}: ${countText(machineCount, 'machine')}, ${bytesText(bytes)}` +
        (lineBytes === bytes ? '' : `, ${bytesText(lineBytes)} of them over the line`),
    ),
    ...(subnetCount > shown.length ? [`… ${countText(subnetCount - shown.length, 'more subnet')}`] : []),
  ];
}
