import { randomBytes } from 'node:crypto';
import { type Finding, fault, ok, skipped } from '@tenkai/domain/diagnosis/index.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { missingRules, planFirewall, type RuleState } from '@tenkai/domain/firewall/index.ts';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { authorizedCall } from '@tenkai/protocol/agent/link/authorized.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import { createTokenSource } from '@tenkai/protocol/agent/link/token.ts';
import { ProbeReply } from '@tenkai/protocol/agent/probe.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { routeTo } from '@tenkai/transfer/own-route.ts';
import type { DataFolder } from '../data-folder.ts';
import { carryOut, firewallInput } from '../firewall/own-firewall.ts';
import { type Enrollment, openIdentity } from '../identity.ts';
import type { Settings } from '../settings.ts';
import { addressesOf } from './network.ts';

interface Member {
  readonly data: DataFolder;
  readonly settings: Settings;
  readonly enrollment: Enrollment;
}

/** The site itself, and what it has to get in here: it sends by multicast and asks by echo while we listen. */
export async function comingIn(member: Member, signal: AbortSignal): Promise<Finding[]> {
  const key = randomBytes(32);
  let reply: ProbeReply;
  try {
    reply = await askSite(member, key, signal);
  } catch (error) {
    signal.throwIfAborted();
    const code =
      error instanceof RemoteProblem ? error.problem.code : error instanceof Failure ? error.code : '';
    return [fault('site', 'doctor-site-refuses', { code: code || String(error) })];
  }
  const isHeard = reply.multicast && (await hear(member, { ...reply.multicast, key }, signal));
  const missing = isHeard === false || !reply.echo ? await ownGaps(member, signal) : [];
  return [ok('site'), multicastFinding(reply, isHeard, missing), echoFinding(reply, missing)];
}

async function askSite({ data, enrollment }: Member, key: Buffer, signal: AbortSignal): Promise<ProbeReply> {
  const { server: url, rootCertificate, machineId } = enrollment;
  const client = createSiteClient({ url, rootCertificate });
  const tokens = createTokenSource({ client, signer: await openIdentity(data), machineId, now: Date.now });
  const body = { key: key.toString('base64') };
  const request = { method: 'POST', path: agentPaths.probe, body, reply: ProbeReply, signal } as const;
  return authorizedCall({ client, tokens }, request).finally(() => client.close());
}

async function hear(
  { enrollment }: Member,
  { group, port, forMs, key }: { group: string; port: number; forMs: number; key: Buffer },
  signal: AbortSignal,
): Promise<boolean> {
  const [address = ''] = await addressesOf(new URL(enrollment.server).hostname.replace(/^\[|\]$/g, ''));
  const route = await routeTo(address);
  if (!('own' in route)) return false;
  const { hearProbe } = await import('@tenkai/transfer/multicast/probe.ts');
  const limit = AbortSignal.any([signal, AbortSignal.timeout(forMs)]);
  return hearProbe({ group, port, key }, { interfaceAddress: route.own }, limit).catch(() => false);
}

/** Rules that this machine's own firewall lacks; empty also where it cannot be looked at. */
async function ownGaps({ data, settings }: Member, signal: AbortSignal): Promise<RuleState[]> {
  if (process.platform !== 'win32' && process.getuid?.() !== 0) return [];
  try {
    return missingRules(await carryOut(planFirewall(await firewallInput(data, settings)), signal));
  } catch {
    return [];
  }
}

function multicastFinding(
  { multicast, refusal }: ProbeReply,
  isHeard: boolean | null,
  missing: readonly RuleState[],
): Finding {
  if (refusal === 'off') return skipped('multicast', 'doctor-multicast-off');
  if (!multicast) return skipped('multicast', 'doctor-multicast-busy', { problem: refusal ?? '' });
  const where = { group: multicast.group, port: String(multicast.port) };
  if (isHeard) return ok('multicast', where);
  const gap = missing.find(({ rule }) => rule.includes('UDP:'));
  return gap
    ? fault('multicast', 'doctor-multicast-rule', gapParams(gap))
    : fault('multicast', 'doctor-multicast-silent', where);
}

function echoFinding({ echo, address }: ProbeReply, missing: readonly RuleState[]): Finding {
  if (echo) return ok('echo', { address });
  const gap = missing.find(({ rule }) => rule.includes('ICMP'));
  return gap
    ? fault('echo', 'doctor-echo-rule', gapParams(gap))
    : fault('echo', 'doctor-echo-silent', { address });
}

const gapParams = ({ rule, backend, remedy }: RuleState) => ({
  rule,
  firewall: backend,
  remedy: remedy ?? 'tenkai-agent firewall open',
});
