import { createHash } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { Failure } from '@tenkai/domain/failure.ts';
import { backOffMs } from '@tenkai/protocol/agent/link/back-off.ts';
import { type EnrollmentFacts, enrollUntilDecided } from '@tenkai/protocol/agent/link/enroll.ts';
import { greetSite, type PinnedSite } from '@tenkai/protocol/agent/link/pinned-root.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import type { DataFolder } from './data-folder.ts';
import { readIfThere } from './durable-file.ts';
import { type Enrollment, openIdentity, readEnrollment, writeEnrollment } from './identity.ts';
import type { Log } from './log.ts';
import type { Platform } from './platform/platform.ts';
import { type Settings, siteOf, writeSettings } from './settings.ts';
import { noTrouble, type Trouble, troubleOf, waitsForApproval } from './trouble-text.ts';
import { agentVersion } from './version.ts';

export interface EnrollmentDeps {
  readonly data: DataFolder;
  readonly settings: Settings;
  readonly platform: Platform;
  readonly now: () => number;
  readonly log: Log;
  /** Told what is being waited for; empty when nothing is. */
  readonly onWait: (why: Trouble) => void;
  /** Told what kept the machine out; null: the site has answered. */
  readonly onTrouble?: (cause: unknown) => void;
}

/** The enrollment that holds for these settings on this hardware; undefined: the site must be asked. */
export function presentEnrollment({
  data,
  settings,
  platform,
}: Pick<EnrollmentDeps, 'data' | 'settings' | 'platform'>) {
  const found = readEnrollment(data);
  const site = settings.server && settings.rootFingerprint ? siteOf(settings) : undefined;
  const isSame =
    found !== undefined &&
    site !== undefined &&
    found.server === site.server &&
    found.rootFingerprint === site.rootFingerprint &&
    found.hardwareFingerprint === hardwareFingerprint(platform);
  return isSame ? found : undefined;
}

/**
 * Has the machine taken by its site: waits for the network and for an administrator's approval as long as it takes.
 * @throws Failure agent-not-configured, site-root-mismatch, ticket-missing, secret-file-open, enrollment-refused;
 * RemoteProblem where the site refuses the request; the signal's reason
 */
export async function enroll(deps: EnrollmentDeps, signal: AbortSignal): Promise<Enrollment> {
  const { data, settings, log } = deps;
  const { server, rootFingerprint } = siteOf(settings);
  const site = await greetPatiently(deps, signal);
  const signer = await openIdentity(data);
  const facts = enrollmentFacts(deps, signer);
  const client = createSiteClient({ url: server, rootCertificate: site.rootCertificate });
  const onWait = (waitMs: number, cause: unknown) => {
    deps.onTrouble?.(isPending(cause) ? null : cause);
    deps.onWait(isPending(cause) ? waitsForApproval : troubleOf(cause));
    log.info({ waitMs, cause: messageOf(cause) }, 'not enrolled yet');
  };
  try {
    const reply = await enrollUntilDecided({ client, signer, random: Math.random, onWait }, facts, signal);
    if (reply.status !== 'enrolled') throw new Failure('enrollment-refused', { status: reply.status });
    const { siteCode, siteName, rootCertificate } = site;
    const { machineId } = reply;
    const { hardwareFingerprint: print } = facts;
    const place = { server, rootFingerprint, siteCode, siteName, rootCertificate };
    const enrollment = { machineId, ...place, hardwareFingerprint: print, enrolledAt: deps.now() };
    writeEnrollment(data, enrollment);
    forgetTicket(deps);
    log.info({ machineId, siteCode }, 'enrolled');
    return enrollment;
  } finally {
    client.close();
    deps.onWait(noTrouble);
  }
}

async function greetPatiently(
  { settings, log, onWait, onTrouble }: EnrollmentDeps,
  signal: AbortSignal,
): Promise<PinnedSite> {
  const { server, rootFingerprint } = siteOf(settings);
  for (let failures = 1; ; failures += 1) {
    try {
      return await greetSite({ url: server, rootFingerprint, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Failure) || error.code !== 'site-unreachable') throw error;
      log.info({ detail: error.detail }, 'the site cannot be reached yet');
      onTrouble?.(error);
      onWait(troubleOf(error));
      await pause(backOffMs(failures, Math.random()), signal);
    }
  }
}

function enrollmentFacts(
  deps: EnrollmentDeps,
  keys: { signingKey: string; encryptionKey: string },
): EnrollmentFacts {
  const { settings, platform } = deps;
  const ticket = readTicket(settings.ticketFile);
  return {
    ...(ticket === undefined ? {} : { ticket }),
    name: settings.name ?? (hostname() || 'localhost'),
    signingKey: keys.signingKey,
    encryptionKey: keys.encryptionKey,
    hardwareFingerprint: hardwareFingerprint(platform),
    agentVersion,
    operatingSystem: platform.inventory.systemName(),
  };
}

/** Stays while the disk stays in its machine; a copy of the disk in another machine has another one. */
export function hardwareFingerprint(platform: Platform): string {
  return createHash('sha256').update(JSON.stringify(platform.inventory.hardwareFacts())).digest('hex');
}

/**
 * The one-time ticket; undefined where none was given, or where it was used and removed.
 * @throws Failure secret-file-open, ticket-missing
 */
export function readTicket(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  // Windows keeps who may read it in its access list, which the installation sets for the folder.
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new Failure('secret-file-open', { file });
  const ticket = text.trim();
  if (ticket === '') throw new Failure('ticket-missing', { file });
  return ticket;
}

/** The ticket is used: nobody needs it any more. */
function forgetTicket({ data, settings }: EnrollmentDeps): void {
  if (settings.ticketFile === undefined) return;
  rmSync(settings.ticketFile, { force: true });
  const { ticketFile: _, ...rest } = settings;
  writeSettings(data, rest);
}

function isPending(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'status' in cause && cause.status === 'pending';
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
