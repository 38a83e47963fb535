import { Failure } from '@tenkai/domain/failure.ts';
import {
  HeartbeatReport,
  InventoryReport,
  OrderReport,
  type Report,
  ReportBatch,
  RunReport,
  RunRequestReport,
  StatusReport,
  StepFinishedReport,
  StepStartedReport,
} from '@tenkai/protocol/agent/reports.ts';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Compile } from 'typebox/compile';
import { compileCheck } from '../../../kernel/http/validate.ts';
import type { PreparedInventory } from '../inventory/inventory.ts';
import type { LoneHeartbeat } from '../presence/heartbeats.store.ts';

/** The envelope alone: what is inside is looked at one by one, so that one bad report harms no other. */
export const LooseBatch = Type.Object({
  outbox: Type.String({ ...ReportBatch.properties.outbox, pattern: '^[!-~]+$' }),
  reports: Type.Array(
    Type.Object({
      number: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
      report: Type.Unknown(),
    }),
    { maxItems: 500 },
  ),
});
export type LooseBatch = Static<typeof LooseBatch>;

/** A report that was looked at. */
export interface JudgedReport {
  readonly number: number;
  /** As the sender called it; for history. */
  readonly kind: string;
  /** Null where it has no form that we know. */
  readonly report: Report | null;
  readonly raw: unknown;
  readonly inventory: PreparedInventory | null;
  /** Why it can never be taken. */
  problem: string | null;
}

const forms = {
  heartbeat: HeartbeatReport,
  inventory: InventoryReport,
  run: RunReport,
  'step-started': StepStartedReport,
  'step-finished': StepFinishedReport,
  'run-request': RunRequestReport,
  order: OrderReport,
  status: StatusReport,
} as const;

const checks: ReadonlyMap<string, (value: unknown) => unknown> = new Map(
  Object.entries(forms).map(([kind, form]) => [kind, compileCheck(form, 'body', 'agent')]),
);

/** In order of their numbers, fields that we do not know dropped. */
export function judgeReports({ reports }: LooseBatch): JudgedReport[] {
  return [...reports].sort((a, b) => a.number - b.number).map(judge);
}

function judge({ number, report: raw }: LooseBatch['reports'][number]): JudgedReport {
  const kind = kindOf(raw);
  const check = checks.get(kind);
  const base = { number, kind, raw, inventory: null };
  if (!check) return { ...base, report: null, problem: 'report-kind-unknown' };
  try {
    return { ...base, report: check(raw) as Report, problem: null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ...base, report: null, problem: error.code };
  }
}

function kindOf(raw: unknown): string {
  const kind = typeof raw === 'object' && raw !== null ? (raw as { kind?: unknown }).kind : undefined;
  return typeof kind === 'string' ? kind.slice(0, 64) : '';
}

let heartbeatForm: ReturnType<typeof compileHeartbeat> | undefined;
const compileHeartbeat = () => Compile(HeartbeatReport);

/** The heartbeat of a batch that holds nothing else. */
export function loneHeartbeat(machineId: string, { outbox, reports }: LooseBatch): LoneHeartbeat | null {
  const [only] = reports;
  if (!only || reports.length !== 1 || kindOf(only.report) !== 'heartbeat') return null;
  heartbeatForm ??= compileHeartbeat();
  const { number, report } = only;
  // PostgreSQL has no NUL in texts; one hostile heartbeat must not spoil those that share its transaction.
  if (!heartbeatForm.Check(report) || JSON.stringify(report).includes('\\u0000')) return null;
  return { machineId, outbox, number, report };
}
