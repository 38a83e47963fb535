import { createHash } from 'node:crypto';
import { canonicalJson, type FrozenStep, type MethodChoice, type RunTiming } from '@tenkai/domain';
import type { Reader, Tx } from '../../../kernel/database/database.ts';

/** What every machine of one kind does; kept once. */
export interface StoredPlan {
  readonly steps: readonly FrozenStep[];
  readonly skipped: readonly {
    stepId: string;
    name: string;
    reason: { code: string; params: Record<string, unknown> };
  }[];
  /** Absent in plans for which it is the usual one, so that equal plans stay equal. */
  readonly timing?: Exclude<RunTiming, 'after-delivery'>;
  readonly powerOffAfterDelivery?: true;
  readonly powerOffAtEnd: boolean;
  readonly bytes: number;
  readonly maxRunTimeMs: number;
}

/** Plans are immutable and few: their parsed form is kept by hash. */
const planCache = new Map<string, StoredPlan>();
const maxCachedPlans = 500;

export async function loadPlan(read: Reader, hash: string): Promise<StoredPlan> {
  const cached = planCache.get(hash);
  if (cached) return cached;
  const row = await read.one<{ body: string }>('SELECT body FROM deployments_plans WHERE hash = ?', [hash]);
  if (!row) throw new Error(`plan ${hash} is missing`);
  const plan = JSON.parse(row.body) as StoredPlan;
  if (planCache.size >= maxCachedPlans) planCache.delete(planCache.keys().next().value as string);
  planCache.set(hash, plan);
  return plan;
}

/** Keeps a plan under the hash of its content; the same plan twice is one row. */
export async function savePlan(tx: Tx, plan: StoredPlan): Promise<string> {
  const body = canonicalJson(plan);
  const hash = createHash('sha256').update(body).digest('hex');
  await tx.run('INSERT INTO deployments_plans (hash, body) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING', [
    hash,
    body,
  ]);
  return hash;
}

export interface AttemptPlan {
  readonly planHash: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Null: nothing will be delivered. */
  readonly choice: MethodChoice | null;
  readonly windowClosesAt: number | null;
}

/** As it stands in the run's row. */
export function planRow({ planHash, variables, choice, windowClosesAt }: AttemptPlan) {
  return {
    plan_hash: planHash,
    variables: JSON.stringify(variables),
    method: choice?.method ?? null,
    method_reason: choice ? JSON.stringify(choice.reason) : null,
    window_closes_at: windowClosesAt,
  };
}

export async function setMethod(tx: Tx, runId: string, { method, reason }: MethodChoice) {
  await tx.run('UPDATE deployments_runs SET method = ?, method_reason = ? WHERE id = ?', [
    method,
    JSON.stringify(reason),
    runId,
  ]);
}
