import { join } from 'node:path';
import { hostStates, needsSecret } from '@tenkai/domain/push/host-state.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Enrollment } from '../enrollment/index.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';
import { createHeldSecrets } from './held-secrets.ts';
import type { Deps } from './needs.ts';
import { addPushKeyRoutes, addPushRoutes } from './pushes.routes.ts';
import { deletePushesBefore } from './pushes.store.ts';
import { createRunner } from './runner.ts';
import { createSiteKeys } from './site-keys.ts';
import './status-messages.ts';

export interface Pushes {
  /** Takes up what the last run of the server has left. */
  start(): Promise<void>;
  /** Leaves what is under way; the next start takes it up again. */
  stop(): Promise<void>;
}

export interface Neighbours {
  readonly enrollment: Enrollment;
  readonly sites: Sites;
  readonly status: Status;
  /** Where packages of the agent lie; null: nowhere. */
  readonly agentsDir: string | null;
  /** How long an installed agent may take to enroll. */
  readonly enrollWithinMs: number | undefined;
}

const defaultEnrollWithinMs = 10 * 60_000;
const keepMs = 180 * 86_400_000;
const pruneEveryMs = 6 * 3_600_000;

/** The agent, installed by the server on machines that it reaches over SSH (AGENT-16). */
export function registerPushes(kernel: Kernel, neighbours: Neighbours): Pushes {
  const { db, clock, jobs, live, log, dataDir } = kernel;
  const needs: Deps = {
    ...kernel,
    ...neighbours,
    log: log.child({ component: 'pushes' }),
    siteCode: neighbours.sites.code,
    secrets: createHeldSecrets(),
    siteKeys: createSiteKeys({ dir: join(dataDir, 'keys'), clock }),
    enrollWithinMs: neighbours.enrollWithinMs ?? defaultEnrollWithinMs,
  };
  const deps = { ...needs, runner: createRunner(needs) };
  const permission = 'push-agents';
  live.expose('pushes.changed', { permission, message: ({ pushId }) => ({ topic: 'pushes', id: pushId }) });
  live.expose('pushes.keys-changed', { permission, message: () => ({ topic: 'push-keys' }) });
  const open = [...hostStates.filter(needsSecret), 'enrolling' as const];
  jobs.every('pushes.prune', pruneEveryMs, () =>
    db.transaction((tx) => deletePushesBefore(tx, clock.now() - keepMs, open)),
  );
  addPushRoutes(deps);
  addPushKeyRoutes(deps);
  return { start: deps.runner.start, stop: deps.runner.stop };
}
