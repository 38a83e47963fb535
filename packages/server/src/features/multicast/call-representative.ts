import type { Reason } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import { type Candidate, chooseRepresentative } from '@tenkai/transfer/multicast/representative.ts';
import { machineName } from './multicast.views.ts';
import { rulesOf } from './representatives.store.ts';
import type { Group, SubnetQuestion, SubnetsDeps } from './subnet-group.ts';
import { openSubnetSession, type SubnetSession } from './subnet-session.ts';

/** Chooses a representative of those that ask, and opens the session that it is to send. */
export async function callRepresentative(
  deps: SubnetsDeps,
  group: Group,
  { part, contentId, network }: SubnetQuestion,
): Promise<SubnetSession | Reason> {
  const asking = [...group.asking.values()];
  const { totalBytes } = await deps.content.hold(contentId);
  const ids = asking.map(({ machineId }) => machineId);
  const rules = await rulesOf(deps.db.read, ids);
  const candidates = asking.map(({ machineId, relay }) => ({
    ...candidateOf(machineId, relay, group),
    rule: rules.get(machineId),
  }));
  const { machine, unfit, chosenBy = 'only' } = chooseRepresentative(candidates, totalBytes);
  const chosen = asking.find(({ machineId }) => machineId === machine);
  if (!chosen) {
    const problem = [...new Set(unfit.values())].sort().join(', ');
    return { code: 'unicast-no-representative', params: { network, problem } };
  }
  const { runId, machineId, relay } = chosen;
  const name = await machineName(deps.db.read, machineId);
  const members = asking.filter((one) => one !== chosen);
  try {
    const session = await openSubnetSession(deps, {
      ...{ deploymentId: part.deploymentId, contentId, contentBytes: totalBytes, members },
      subnet: { network, representativeId: machineId, chosenBy },
      representative: { runId, machineId, name, address: relay.address.split('/')[0] ?? '' },
    });
    const bytes = Math.max(0, totalBytes - relay.haveBytes);
    await deps.status.note({
      ...{ severity: 'info', component: 'multicast', code: 'multicast-representative', machineId },
      objects: [{ kind: 'deployment', id: part.deploymentId }],
      params: { network, bytes, members: members.length, chosenBy },
    });
    return session;
  } catch (error) {
    return refusalOf(network, error);
  }
}

function candidateOf(machine: string, relay: SubnetQuestion['relay'], { failures }: Group): Candidate {
  const { batteryPercent, freeBytes: freeDiskBytes, linkMbits, isWireless, haveBytes } = relay;
  return {
    ...{ machine, isOnline: true, power: batteryPercent === null ? 'mains' : { batteryPercent } },
    ...{ freeDiskBytes, linkMbits, isWireless, haveBytes, failures: failures.get(machine) ?? 0 },
  };
}

/** A refusal of a subnet's session in the words of a reason. */
function refusalOf(network: string, error: unknown): Reason {
  if (!(error instanceof Failure)) throw error;
  const { code, params } = error;
  if (code === 'multicast-pool-empty') return { code: 'unicast-pool-empty', params };
  return { code: 'unicast-no-representative', params: { network, problem: code } };
}
