import { builtInPackages, type DeploymentDraft, Failure } from '@tenkai/domain';
import type { CertificateRepair } from '@tenkai/protocol/api/certificates.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Collections } from '../collections/index.ts';
import type { Deployments } from '../deployments/index.ts';
import type { Machines } from '../machines/index.ts';
import './failures.ts';

export interface RepairNeighbours {
  readonly machines: Pick<Machines, 'list'>;
  readonly collections: Pick<Collections, 'provide' | 'settled'>;
  readonly deployments: Pick<Deployments, 'create'>;
}

/** By what the machines tell: who is repaired leaves it, and who is damaged later joins, and is repaired, too. */
const affected = {
  name: 'Certificates to repair',
  limitingCollectionId: null,
  rules: [{ kind: 'query' as const, name: 'certfix', query: 'agent.certificates = "repairable"' }],
};

const certfix = 'tenkai-certfix';

/**
 * Deploys certfix to the machines that need it: an ordinary deployment to an ordinary collection, which people can
 * look at, change and cancel as any other.
 * @throws Failure certificates-good, not-allowed, already-exists, not-found
 */
export async function repairCertificates(
  { machines, collections, deployments }: RepairNeighbours,
  caller: Caller,
): Promise<CertificateRepair> {
  const query = { certificates: 'repairable', enrollment: 'enrolled', limit: 1 } as const;
  const { total } = await machines.list(caller, query);
  if (total === 0) throw new Failure('certificates-good');
  const collectionId = await collections.provide(caller, affected);
  // Its first members are there when the deployment looks at them.
  await collections.settled();
  const deploymentId = await deployments.create(caller, draftFor(collectionId));
  return { deploymentId, collectionId, machines: total };
}

function draftFor(collectionId: string): DeploymentDraft {
  const [program] = builtInPackages.find(({ id }) => id === certfix)?.programs ?? [];
  return {
    name: affected.name,
    subject: { kind: 'program', packageId: certfix, program: program?.name ?? null },
    collectionId,
    purpose: 'required',
    schedule: { kind: 'now' },
    respectsWindows: true,
    concurrency: null,
    wakesMachines: false,
    retries: 1,
    variables: [],
  };
}
