import { Failure } from '@tenkai/domain/failure.ts';
import type { FallbackReport, Trouble } from '@tenkai/protocol/agent/fallback.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Tx } from '../../kernel/database/database.ts';
import type { RateLimit } from '../../kernel/http/rate-limit.ts';
import { newId } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Status } from '../status/index.ts';
import {
  deleteMachine,
  deleteMachinesBefore,
  deleteOldestBut,
  findBySender,
  saveMachine,
} from './fallback.store.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    'fallback.changed': { id: string };
  }
}

interface Deps extends Pick<Kernel, 'db' | 'clock' | 'events' | 'audit'> {
  readonly status: Status;
  readonly messages: RateLimit;
}

/** Of all strangers together, and of one address; the one that was silent longest gives way. */
const maxMachines = 2000;
const maxOfAddress = 200;
/** Agents say it again every day. */
const keepMs = 30 * 86_400_000;

/** Takes the latest word of a machine; that it has got in takes away what it had said. */
export async function takeReport(deps: Deps, report: FallbackReport, address: string): Promise<void> {
  const { trouble } = report;
  await deps.db.transaction(async (tx) => {
    const before = await findBySender(tx, report.sender);
    if (!trouble) {
      if (!before) return;
      await deleteMachine(tx, before.id);
      await deps.events.publish(tx, 'fallback.changed', { id: before.id });
      return;
    }
    const now = deps.clock.now();
    const id = before?.id ?? newId(now);
    await saveMachine(tx, {
      id,
      ...shown({ ...report, trouble }),
      address,
      firstAt: before?.first_at ?? now,
      lastAt: now,
    });
    if (!before) await deleteOldestBut(tx, { address, ofAddress: maxOfAddress, ofAll: maxMachines });
    if (before?.kind !== trouble.kind || before.code !== trouble.code)
      await tell(deps, tx, { name: printable(report.name), address, trouble });
    await deps.events.publish(tx, 'fallback.changed', { id });
  });
}

interface Told {
  readonly name: string;
  readonly address: string;
  readonly trouble: Trouble;
}

async function tell({ status, messages }: Deps, tx: Tx, { name, address, trouble }: Told): Promise<void> {
  try {
    messages.take(address);
  } catch (error) {
    if (error instanceof Failure) return;
    throw error;
  }
  await status.append(tx, {
    severity: 'warning',
    component: 'fallback',
    code: 'fallback.machine-lost',
    params: { name, address, kind: trouble.kind, reason: trouble.code },
  });
}

/** @throws Failure not-found */
export async function forgetMachine({ db, audit, events }: Deps, actor: Actor, id: string): Promise<void> {
  await db.transaction(async (tx) => {
    if (!(await deleteMachine(tx, id))) throw new Failure('not-found', { what: 'lost machine', id });
    await audit.record(tx, {
      actor,
      action: 'fallback.forgotten',
      object: `lost-machine:${id}`,
      details: {},
    });
    await events.publish(tx, 'fallback.changed', { id });
  });
}

export async function pruneMachines({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  await db.transaction((tx) => deleteMachinesBefore(tx, clock.now() - keepMs));
}

function shown({
  sender,
  name,
  agentVersion,
  operatingSystem,
  trouble,
}: FallbackReport & { trouble: Trouble }) {
  const { kind, code, detail, server } = trouble;
  return {
    sender,
    kind,
    code,
    name: printable(name),
    agentVersion: printable(agentVersion),
    operatingSystem: printable(operatingSystem),
    detail: printable(detail),
    server: printable(server),
  };
}

/** Whoever has sent it: no control characters, no text that runs backwards, no half letters. */
const printable = (text: string) => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd');
