import type { Migration } from '../kernel/database/migrate.ts';
import { kernel } from './0001-kernel.ts';
import { sitesUsersStatus } from './0002-sites-users-status.ts';
import { content } from './0010-content.ts';
import { packages } from './0011-packages.ts';
import { scenarios } from './0012-scenarios.ts';
import { enrollment } from './0020-enrollment.ts';
import { machines } from './0021-machines.ts';
import { collections } from './0022-collections.ts';
import { deployments } from './0030-deployments.ts';
import { waitingGroups } from './0031-waiting-groups.ts';
import { deploymentsStaged } from './0032-deployments-staged.ts';
import { updates } from './0040-updates.ts';
import { repositories } from './0045-repositories.ts';
import { multicast } from './0050-multicast.ts';
import { deploymentsSelfService } from './0056-deployments-self-service.ts';
import { locator } from './0060-locator.ts';
import { multicastSubnets } from './0070-multicast-subnets.ts';
import { fallback } from './0090-fallback.ts';
import { multicastRepresentatives } from './0095-multicast-representatives.ts';
import { updatesLastError } from './0096-updates-last-error.ts';
import { machinesByEnrollmentAndId } from './0097-machines-by-enrollment-and-id.ts';
import { deploymentsSilent } from './0098-deployments-silent.ts';
import { updatesKnown } from './0099-updates-known.ts';
import { siteHealth } from './0110-site-health.ts';
import { deploymentsSlots } from './0111-deployments-slots.ts';
import { pushes } from './0114-pushes.ts';
import { contentFileTimes } from './0120-content-file-times.ts';
import { machinesCertificates } from './0121-machines-certificates.ts';
import { pushProperties } from './0130-push-properties.ts';
import { enrollmentKeyRenewal } from './0131-enrollment-key-renewal.ts';
import { machinesInbound } from './0132-machines-inbound.ts';
import { enrollmentReplacedAt } from './0139-enrollment-replaced-at.ts';
import { machinesInboundFilled } from './0140-machines-inbound-filled.ts';
import { deploymentsReviews } from './0141-deployments-reviews.ts';
import { updatesRestartNeeded } from './0142-updates-restart-needed.ts';
import { deploymentsReviewsInUse } from './0143-deployments-reviews-in-use.ts';

/**
 * The schema's history: append only, order matters, never change or remove a released entry.
 *
 * To add one: a file of its own, `migrations/NNNN-feature.ts` (or `NNNN-feature-what.ts`), that exports
 * `const feature: Migration = { id: 'NNNN-feature', name, up: () => [...] }`; import it and append it at the END
 * of this list. The number is for people, the id is what is remembered, so two features may meet with the same
 * number. Then run `node scripts/dump-schema.ts` and commit schema.sqlite.sql and schema.postgres.sql too.
 */
export const migrations: readonly Migration[] = [
  kernel,
  sitesUsersStatus,
  content,
  packages,
  scenarios,
  enrollment,
  machines,
  collections,
  deployments,
  waitingGroups,
  repositories,
  deploymentsStaged,
  updates,
  deploymentsSelfService,
  multicast,
  multicastSubnets,
  locator,
  multicastRepresentatives,
  fallback,
  updatesLastError,
  machinesByEnrollmentAndId,
  deploymentsSilent,
  updatesKnown,
  siteHealth,
  deploymentsSlots,
  contentFileTimes,
  pushes,
  pushProperties,
  machinesCertificates,
  enrollmentKeyRenewal,
  enrollmentReplacedAt,
  machinesInbound,
  machinesInboundFilled,
  deploymentsReviews,
  updatesRestartNeeded,
  deploymentsReviewsInUse,
];
