import { Agent, get } from 'node:https';
import { getCACertificates } from 'node:tls';
import '@tenkai/domain/agent-patch/failures.ts';
import { patchLimitBytes } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { greetSite } from '@tenkai/protocol/agent/link/pinned-root.ts';
import { problemFromBody } from '@tenkai/protocol/problem.ts';
import { findSite } from '../assignment/find-site.ts';
import { whyNot } from '../assignment/texts.ts';
import type { Settings } from '../settings.ts';

const limitMs = 120_000;

/**
 * A patch from an https address. Its certificate has to lead to the pinned root, whose certificate the address itself or
 * the site of this machine shows, or to an authority that this machine trusts. What came is judged by whoever opens it.
 * @throws Failure agent-patch-held, agent-patch-unfetched
 * Source: AGENT-15.
 */
export async function fetchFrom(settings: Settings, url: string): Promise<Buffer> {
  refuseHeld(settings, url);
  const signal = AbortSignal.timeout(limitMs);
  const root = await rootShownBy(settings, [new URL(url).origin, siteAddress(settings)], signal);
  const ca = [...(root === undefined ? [] : [root]), ...getCACertificates('default')];
  const { status, bytes } = await download(url, ca, signal).catch((cause) => {
    throw unfetched(url, cause);
  });
  if (status === 200) return bytes;
  throw unfetched(url, new Error(`HTTP ${status}`));
}

/**
 * A patch by its id, from the content of the site: the one that this machine has, or the one to which its properties
 * lead. Only a server below the pinned root is asked.
 * @throws Failure agent-patch-held, agent-patch-no-site, agent-patch-not-at-site, agent-patch-unfetched
 * Source: AGENT-14.
 */
export async function fetchFromSite(settings: Settings, id: string): Promise<Buffer> {
  refuseHeld(settings, id);
  const signal = AbortSignal.timeout(limitMs);
  const { rootFingerprint, server } = settings;
  const found = server ?? (await addressFound(settings, id, signal));
  if (rootFingerprint === undefined) throw new Failure('agent-patch-root-unknown');
  const url = `${found.replace(/\/$/, '')}${agentPaths.patches}/${id}`;
  const { status, bytes } = await (async () => {
    const { rootCertificate } = await greetSite({ url: found, rootFingerprint, signal });
    return download(url, [rootCertificate], signal);
  })().catch((cause) => {
    throw unfetched(id, cause);
  });
  if (status === 200) return bytes;
  const { problem } = problemFromBody(status, parsed(bytes));
  if (problem.code === 'agent-patch-not-at-site') throw new Failure('agent-patch-not-at-site', { id });
  throw unfetched(id, new Error(`HTTP ${status}: ${problem.code}`));
}

async function addressFound(settings: Settings, id: string, signal: AbortSignal): Promise<string> {
  const { assignment, steps } = await findSite(settings, signal);
  if (assignment) return assignment.url;
  throw new Failure('agent-patch-no-site', { id, why: whyNot(steps, 'en') });
}

/** Whoever is held asks nobody, whatever it was given (AGENT-04). */
function refuseHeld({ assignment }: Settings, file: string): void {
  if (assignment?.isHeld) throw new Failure('agent-patch-held', { file });
}

const siteAddress = ({ server, assignment }: Settings) => server ?? assignment?.managementPoint;

/** PEM of the pinned root; undefined: none of these servers shows it. */
async function rootShownBy(
  { rootFingerprint }: Settings,
  addresses: readonly (string | undefined)[],
  signal: AbortSignal,
): Promise<string | undefined> {
  if (rootFingerprint === undefined) return undefined;
  for (const url of new Set(addresses)) {
    if (url === undefined) continue;
    const shown = await greetSite({ url, rootFingerprint, signal }).catch(() => undefined);
    if (shown) return shown.rootCertificate;
  }
  return undefined;
}

interface Downloaded {
  readonly status: number;
  readonly bytes: Buffer;
}

/** Follows no redirection: what a patch is asked of is what was named. */
async function download(url: string, ca: string[], signal: AbortSignal): Promise<Downloaded> {
  const agent = new Agent({ ca, minVersion: 'TLSv1.2' });
  try {
    const { promise, resolve, reject } = Promise.withResolvers<Downloaded>();
    const call = get(url, { agent, signal }, (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on('data', (part: Buffer) => {
        size += part.length;
        if (size > patchLimitBytes) call.destroy(new Error('it is too large'));
        else parts.push(part);
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, bytes: Buffer.concat(parts) }));
    });
    call.on('error', reject);
    return await promise;
  } finally {
    agent.destroy();
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.subarray(0, 64 * 1024).toString());
  } catch {
    return null;
  }
}

function unfetched(file: string, cause: unknown): Failure {
  const text = cause instanceof Failure ? (cause.detail ?? cause.message) : messageOf(cause);
  return new Failure('agent-patch-unfetched', { file, cause: text.slice(0, 200) }, { cause });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
  return `${code}${error.message}`;
}
