import type { PackageDraft } from '@tenkai/domain';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Packages } from '../packages/index.ts';
import type { Status } from '../status/index.ts';
import {
  findPulled,
  originOf,
  type PulledRow,
  type RepositoryTableRow,
  savePulled,
} from './repositories.store.ts';

/** What somebody has approved; where the content was not here any more, it waits for the next pull. */
export interface Approval {
  readonly offered: number;
  readonly urgency: PackageDraft['urgency'] | null;
  readonly by: Actor;
}

export interface RegisterDeps extends Pick<Kernel, 'db' | 'clock' | 'events'> {
  readonly packages: Packages;
  readonly status: Status;
  readonly row: RepositoryTableRow;
  readonly actor: Actor;
}

/**
 * The package becomes one of this site, and from this moment is subject to automatic update (BAUT-22, BAUT-24). After
 * a crash between the two transactions the next pull finds nothing to change and writes the second alone.
 * @throws Failure package-of-other-origin, draft-invalid, not-found (the content), changed-meanwhile
 */
export async function registerPulled(deps: RegisterDeps, pulled: PulledRow, draft: PackageDraft) {
  const { db, clock, events, packages, status, row, actor } = deps;
  const saved = await packages.save(actor, { draft, contentId: pulled.content_id, origin: originOf(row) });
  await db.transaction(async (tx) => {
    const now = await findPulled(tx, pulled.repository_id, pulled.package_id);
    if (now?.offered !== pulled.offered) return;
    await savePulled(tx, {
      ...pulled,
      state: 'registered',
      waits_for: null,
      error: null,
      approved: null,
      registered_revision: saved.revision,
      updated_at: clock.now(),
    });
    await status.append(tx, {
      severity: 'info',
      component: 'repositories',
      code: 'repository.registered',
      objects: [
        { kind: 'repository', id: row.id },
        { kind: 'package', id: pulled.package_id },
      ],
      params: { packageId: pulled.package_id, name: row.name, revision: saved.revision },
    });
    await events.publish(tx, 'repositories.changed', { repositoryId: row.id });
  });
}
