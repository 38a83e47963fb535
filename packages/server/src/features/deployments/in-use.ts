import type { DeploymentDraft } from '@tenkai/domain';
import type { Reader } from '../../kernel/database/database.ts';
import type { ContentUse } from '../content/index.ts';
import { loadPlan } from './runs/plans.store.ts';

/** Content that runs still need: it must stay, and be where machines can fetch it. */
export async function contentInUse(read: Reader): Promise<ContentUse[]> {
  const rows = await read.all<{ plan_hash: string }>(
    `SELECT DISTINCT plan_hash FROM deployments_runs
     WHERE plan_hash IS NOT NULL AND status NOT IN ('succeeded', 'not-applicable', 'cancelled')`,
  );
  const found = new Map<string, ContentUse>();
  for (const { plan_hash } of rows) {
    for (const step of (await loadPlan(read, plan_hash)).steps) {
      if ('content' in step && step.content)
        found.set(step.content.contentId, {
          contentId: step.content.contentId,
          isWanted: false,
          pointIds: [],
          viewName: null,
        });
    }
  }
  return [...found.values()];
}

/** Names of the deployments that have not ended and run this scenario. */
export async function deploymentsOfScenario(read: Reader, scenarioId: string): Promise<string[]> {
  const rows = await read.all<{ name: string; draft: string }>(
    "SELECT name, draft FROM deployments_deployments WHERE status IN ('scheduled', 'active')",
  );
  return rows
    .filter(({ draft }) => {
      const { subject } = JSON.parse(draft) as DeploymentDraft;
      return subject.kind === 'scenario' && subject.scenarioId === scenarioId;
    })
    .map(({ name }) => name);
}

/** By which deployment a collection is still used; null: by none. */
export async function deploymentOfCollection(read: Reader, collectionId: string): Promise<string | null> {
  const row = await read.one<{ name: string }>(
    `SELECT name FROM deployments_deployments
     WHERE collection_id = ? AND status IN ('scheduled', 'active') ORDER BY id LIMIT 1`,
    [collectionId],
  );
  return row ? `deployment ${row.name}` : null;
}
