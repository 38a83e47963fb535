import type { Kernel } from '../../kernel/kernel.ts';
import type { Content } from '../content/index.ts';
import type { Packages } from '../packages/index.ts';
import type { Status } from '../status/index.ts';
import { pullWhenDue } from './pull.ts';
import { addRepositoryRoutes } from './repositories.routes.ts';
import { listHeldContents } from './repositories.store.ts';
import { pullJob } from './repositories.ts';
import './status-messages.ts';

interface Neighbours {
  readonly content: Content;
  readonly packages: Packages;
  readonly status: Status;
  /** For tests: how long nothing at all may arrive before a pull ends. */
  readonly giveUpAfterMs?: number | undefined;
}

/** A dead line ends a pull after this time; the next one goes on where it stopped. */
const defaultGiveUpAfterMs = 3 * 60_000;

/** Package repositories from which this site pulls on a schedule (BAUT-21..24). */
export function registerRepositories(kernel: Kernel, neighbours: Neighbours) {
  const { db, jobs, live, log } = kernel;
  const pulling = new Map<string, Promise<void>>();
  const deps = {
    ...kernel,
    ...neighbours,
    log: log.child({ component: 'repositories' }),
    giveUpAfterMs: neighbours.giveUpAfterMs ?? defaultGiveUpAfterMs,
    isPulling: (id: string) => pulling.has(id),
  };
  // What waits for approval must not be cleared away, and goes to no distribution point yet.
  neighbours.content.registerUser(async () =>
    (await listHeldContents(db.read)).map((row) => ({
      contentId: row.content_id as string,
      isWanted: false,
      pointIds: [],
      viewName: null,
    })),
  );
  jobs.define<{ id: string }>(pullJob, async ({ payload: { id }, signal }) => {
    // Somebody asked while a pull runs: it is looked at again after it.
    await pulling.get(id)?.catch(() => undefined);
    const pull = pullWhenDue(deps, id, signal).finally(() => pulling.delete(id));
    pulling.set(id, pull);
    await pull;
  });
  live.expose('repositories.changed', {
    permission: 'view',
    message: ({ repositoryId }) => ({ topic: 'repositories', id: repositoryId }),
  });
  addRepositoryRoutes(deps);
}
