import type { SiteSettings } from '@tenkai/protocol/api/site.ts';
import {
  type AddressPool,
  allocateAddress,
  type SessionAddress,
} from '@tenkai/transfer/multicast/address-pool.ts';
import { newId } from '../../kernel/ids.ts';
import type { Deps } from './needs.ts';
import { insertMember, insertSession, runningAddresses } from './sessions.store.ts';
import type { SessionsTable } from './tables.ts';

export interface Asking {
  readonly runId: string;
  readonly machineId: string;
}

export interface SessionWanted {
  readonly deploymentId: string;
  readonly contentId: string;
  readonly contentBytes: number;
  /** Multicast address that the deployment names. */
  readonly address: string | null;
  /** The sender's. */
  readonly interfaceAddress: string;
  /** Who is there now: the first datagram waits for them. */
  readonly members: readonly Asking[];
  /** Where a machine of that network sends. */
  readonly subnet?: {
    readonly network: string;
    readonly representativeId: string;
    readonly chosenBy: string;
  };
}

/** What the site's settings leave to sessions and tests. */
export const poolOf = (settings: SiteSettings): AddressPool => ({
  first: settings.multicastFirst,
  last: settings.multicastLast,
  firstPort: settings.multicastFirstPort,
  sessions: settings.multicastSessions,
});

/**
 * Writes a session down with an address and ports of its own, before anything is sent.
 * @param taken ports that somebody outside has
 * @throws Failure multicast-pool-empty, multicast-address-used, multicast-address-invalid
 */
export async function allocateSession(
  { db, clock, sites, events }: Pick<Deps, 'db' | 'clock' | 'sites' | 'events'>,
  { deploymentId, contentId, contentBytes, address, interfaceAddress, members, subnet }: SessionWanted,
  taken: readonly SessionAddress[] = [],
): Promise<SessionsTable> {
  const pool = poolOf(sites.settings());
  return db.transaction(async (tx) => {
    const running = [...(await runningAddresses(tx)), ...taken];
    const { group, port, senderPort } = allocateAddress(pool, running, address ?? undefined);
    const at = clock.now();
    const row: SessionsTable = {
      ...{ id: newId(at), deployment_id: deploymentId, content_id: contentId },
      ...{ address: group, port, sender_port: senderPort, interface_address: interfaceAddress },
      ...{ content_bytes: contentBytes, started_at: at, ended_at: null, outcome: null, detail: null },
      ...{ datagrams: 0, repairs: 0, subnet: subnet?.network ?? null, line_bytes: subnet ? 0 : null },
      ...{ representative_id: subnet?.representativeId ?? null, chosen_by: subnet?.chosenBy ?? null },
    };
    await insertSession(tx, row);
    for (const [index, member] of members.entries())
      await insertMember(tx, memberRow(row.id, index + 1, member));
    await events.publish(tx, 'multicast.changed', {});
    return row;
  });
}

export function memberRow(sessionId: string, number: number, { runId, machineId }: Asking) {
  const state = 'active' as const;
  return { session_id: sessionId, number, run_id: runId, machine_id: machineId, state, cause: null };
}
