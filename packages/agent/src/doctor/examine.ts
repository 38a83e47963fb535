import {
  type Diagnosis,
  diagnosis,
  type Finding,
  fault,
  judgePort,
  judgeTrust,
  ok,
} from '@tenkai/domain/diagnosis/index.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { SiteGreeting } from '@tenkai/protocol/agent/enrollment.ts';
import { greetSite } from '@tenkai/protocol/agent/link/pinned-root.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import { routeTo } from '@tenkai/transfer/own-route.ts';
import type { DataFolder } from '../data-folder.ts';
import { readEnrollment } from '../identity.ts';
import type { Settings } from '../settings.ts';
import { comingIn } from './coming-in.ts';
import { addressesOf, answersEcho, tryPort } from './network.ts';

export interface Patient {
  readonly data: DataFolder;
  readonly settings: Settings;
  readonly isServiceAlive: boolean;
}

const usualPort = 443;

/**
 * The connection with the site as this machine sees it now, part by part (BFWL-30); changes nothing. Each part is
 * looked at by itself, not by what the service believes.
 */
export async function examine(patient: Patient, signal: AbortSignal): Promise<Diagnosis> {
  const { server, rootFingerprint } = patient.settings;
  const agent = patient.isServiceAlive ? ok('agent') : fault('agent', 'doctor-agent-stopped');
  if (!server || !rootFingerprint) return diagnosis('agent', '', [agent, fault('site', 'doctor-unassigned')]);
  const findings = [agent, ...(await wayTo(server))];
  const isOpen = findings.some(({ part, state }) => part === 'port' && state === 'ok');
  if (isOpen) findings.push(...(await beyondPort(patient, { server, rootFingerprint }, signal)));
  return diagnosis('agent', server, findings);
}

/** Name, route and port: one address that answers is enough, as for the service itself. */
async function wayTo(server: string): Promise<Finding[]> {
  const url = new URL(server);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || usualPort);
  const addresses = await addressesOf(host);
  if (addresses.length === 0) return [fault('name', 'doctor-name-unknown', { name: host })];
  const name = ok('name', { name: host, addresses: addresses.join(', ') });
  const ways = await Promise.all(addresses.map((address) => wayToAddress(address, port)));
  const best = ways.find((way) => way.every(({ state }) => state === 'ok')) ?? ways[0] ?? [];
  return [name, ...best];
}

async function wayToAddress(address: string, port: number): Promise<Finding[]> {
  const route = await routeTo(address);
  if ('code' in route) return [fault('route', 'doctor-no-route', { address, detail: route.code })];
  const attempt = await tryPort(address, port);
  const isHeard = attempt !== 'silence' || (await answersEcho(address));
  const found = judgePort({ address, port }, attempt, isHeard);
  return found.part === 'route' ? [found] : [ok('route', { address, own: route.own }), found];
}

async function beyondPort(
  { data, settings }: Patient,
  { server, rootFingerprint }: { server: string; rootFingerprint: string },
  signal: AbortSignal,
): Promise<Finding[]> {
  try {
    const { rootCertificate } = await greetSite({ url: server, rootFingerprint, signal });
    // The first call trusts anybody; this one holds the certificate against the root.
    const client = createSiteClient({ url: server, rootCertificate });
    await client
      .call({ method: 'GET', path: agentPaths.site, reply: SiteGreeting, signal })
      .finally(() => client.close());
  } catch (error) {
    signal.throwIfAborted();
    const known = error instanceof Failure ? error : { code: '', detail: String(error) };
    return [judgeTrust(server, known.code, known.detail.slice(0, 300))];
  }
  const enrollment = readEnrollment(data);
  if (!enrollment) return [ok('trust'), fault('site', 'doctor-unassigned')];
  return [ok('trust'), ...(await comingIn({ data, settings, enrollment }, signal))];
}
