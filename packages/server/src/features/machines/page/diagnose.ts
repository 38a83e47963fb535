import { isIP } from 'node:net';
import {
  type Diagnosis,
  diagnosis,
  type Finding,
  fault,
  ok,
  skipped,
} from '@tenkai/domain/diagnosis/index.ts';
import type { FirewallFact } from '@tenkai/domain/machine/inventory.ts';
import { routeTo } from '@tenkai/transfer/own-route.ts';
import type { Deps } from '../needs.ts';
import type { Ping } from '../presence/ping.ts';
import { machineDetail } from './machine-page.views.ts';

export interface DiagnoseDeps extends Pick<Deps, 'db' | 'channel' | 'catalogue' | 'sites'> {
  readonly ping: Ping;
}

type Machine = Awaited<ReturnType<typeof machineDetail>>;

/**
 * The connection with a machine as the site sees it now (BFWL-30): a live channel proves name, route, port and trust;
 * without one the echo of the host tells its agent from its network. No wait on the agent: only the host is asked.
 * @throws Failure not-found
 */
export async function diagnoseMachine(deps: DiagnoseDeps, id: string): Promise<Diagnosis> {
  const machine = await machineDetail(deps, id);
  const { address, isOnline, enrollment, name } = machine;
  const seen = (findings: Finding[]) => diagnosis('server', name, findings);
  if (enrollment !== 'enrolled') return seen([fault('agent', 'doctor-not-enrolled', { enrollment })]);
  const found = isIP(address) === 0 ? { code: 'EADDRNOTAVAIL' } : await routeTo(address);
  const route = 'own' in found ? 'open' : found.code;
  const answers = route === 'open' && (await deps.ping(address));
  const online = isOnline || deps.channel.isOnline(id);
  return seen([
    ...(online ? proved() : unproved(address, route, answers)),
    ...comingIn(deps, { ...machine, isOnline: online }, answers),
  ]);
}

/** What an agent that is connected has shown. */
function proved(): Finding[] {
  const shown = (['name', 'route', 'port', 'trust', 'site'] as const).map((part) => ok(part));
  return [{ ...ok('agent'), code: 'doctor-connected' }, ...shown];
}

function unproved(address: string, route: string, answers: boolean): Finding[] {
  const rest = (['name', 'port', 'trust', 'site'] as const).map((part) =>
    skipped(part, 'doctor-from-machine'),
  );
  const here = { address };
  if (address === '') return [fault('agent', 'doctor-no-address'), ...rest];
  if (route !== 'open') return [fault('route', 'doctor-no-route', { ...here, detail: route }), ...rest];
  if (answers) return [fault('agent', 'doctor-agent-silent', here), ok('route', here), ...rest];
  return [fault('route', 'doctor-machine-silent', here), ...rest];
}

/** What the site needs to come in on the machine; its own word of its firewall is the newest of its inventory. */
function comingIn(
  { sites }: DiagnoseDeps,
  { address, inventory, isOnline }: Machine,
  answers: boolean,
): Finding[] {
  const firewall = inventory?.agent.firewall;
  const rule = (kind: RegExp) => firewall?.missing.find((missing) => kind.test(missing.rule));
  const [udp, icmp] = [rule(/UDP:/), rule(/ICMP/)];
  const multicast = !sites.settings().multicast
    ? skipped('multicast', 'doctor-multicast-off')
    : udp
      ? fault('multicast', 'doctor-multicast-rule', ruleParams(udp))
      : skipped('multicast', 'doctor-from-machine');
  if (answers) return [multicast, ok('echo', { address })];
  // Of a machine that is silent altogether its echo says nothing more.
  if (!isOnline) return [multicast];
  return [
    multicast,
    icmp
      ? fault('echo', 'doctor-echo-rule', ruleParams(icmp))
      : fault('echo', 'doctor-echo-silent', { address }),
  ];
}

const ruleParams = ({ rule, firewall, remedy }: FirewallFact['missing'][number]) => ({
  rule,
  firewall,
  remedy,
});
