import { createHash } from 'node:crypto';
import {
  type JudgeInput,
  type MachineFacts,
  ringOf,
  type SoftwarePackage,
  takesPart,
  type UpdatePair,
  type UpdatePolicy,
  type UpdateRelease,
} from '@tenkai/domain';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Neighbours } from './neighbours.ts';
import type { EvidenceRow, UpdateMachineRow, UpdatePackageRow, UpdatePairRow } from './tables.ts';
import {
  loadEvidence,
  loadMachineRows,
  loadOptedCollections,
  loadPackages,
  loadPairs,
  loadPolicy,
} from './updates.store.ts';
import { collectionsAmong } from './updates.views.ts';

type Deps = Pick<Kernel, 'db' | 'clock'> & Pick<Neighbours, 'machines' | 'collections' | 'packages'>;

/** What is the same for all machines; read once and again when something of it changed. */
export interface Catalogue {
  readonly packages: ReadonlyMap<string, SoftwarePackage>;
  readonly policy: UpdatePolicy;
  readonly optedCollections: ReadonlySet<string>;
  /** Whether automatic update has anything to deliver. */
  readonly hasParticipants: boolean;
  /** Whether any answer hangs on installed software, which is most of an inventory's size. */
  readonly needsSoftware: boolean;
}

export interface World {
  catalogue(): Promise<Catalogue>;
  /** Packages, policy or opt-outs changed. */
  forget(): void;
  /** The questions to the domain for these machines, with what is stored of them. */
  questions(machineIds: readonly string[], policy?: UpdatePolicy): Promise<MachineQuestion[]>;
}

export interface MachineQuestion {
  readonly facts: MachineFacts;
  readonly input: JudgeInput;
  readonly pairs: ReadonlyMap<string, UpdatePairRow>;
  readonly row: UpdateMachineRow | undefined;
}

export function createWorld(deps: Deps): World {
  let known: Promise<Catalogue> | undefined;
  const catalogue = () => {
    known ??= loadCatalogue(deps);
    return known;
  };
  return {
    catalogue,
    forget: () => {
      known = undefined;
    },
    questions: async (machineIds, policy) => {
      const found = await catalogue();
      return loadQuestions(deps, policy ? { ...found, policy } : found, machineIds);
    },
  };
}

async function loadCatalogue({ db, packages }: Deps): Promise<Catalogue> {
  const [newest, policy, optedCollections] = await Promise.all([
    packages.newestPackages(),
    loadPolicy(db.read),
    loadOptedCollections(db.read),
  ]);
  return {
    packages: new Map(newest.map((one) => [one.id, one])),
    policy,
    optedCollections,
    hasParticipants: newest.some(({ urgency }) => takesPart(urgency)),
    needsSoftware: newest.some(asksSoftware),
  };
}

function asksSoftware({ urgency, detection, condition, requires }: SoftwarePackage): boolean {
  const isConcerned = takesPart(urgency);
  return (
    detection.some(({ kind }) => kind === 'package') ||
    (isConcerned && (condition !== null || requires !== undefined))
  );
}

async function loadQuestions(
  deps: Deps,
  catalogue: Catalogue,
  ids: readonly string[],
): Promise<MachineQuestion[]> {
  const { db, machines, collections } = deps;
  if (ids.length === 0) return [];
  const enrolled = [...(await machines.enrolledAmong(ids))];
  if (enrolled.length === 0) return [];
  const { policy, optedCollections } = catalogue;
  const asked = [...policy.rings.map(({ collectionId }) => collectionId), ...optedCollections];
  // Before the inventory: what is dropped for the sake of a newer inventory must not be missing beside the older one.
  const evidence = Map.groupBy(await loadEvidence(db.read, enrolled), (row) => row.machine_id);
  const facts = await machines.factsOf(enrolled, { withSoftware: catalogue.needsSoftware });
  const windows = await collections.windowsFor(enrolled);
  const memberships = await collectionsAmong(db.read, enrolled, asked);
  const rows = new Map((await loadMachineRows(db.read, enrolled)).map((row) => [row.machine_id, row]));
  const pairs = Map.groupBy(await loadPairs(db.read, enrolled), (row) => row.machine_id);
  const releases = releasesOf(await loadPackages(db.read));
  const nowMs = deps.clock.now();
  return [...facts.values()].map((one) => {
    const row = rows.get(one.id);
    const own = new Map((pairs.get(one.id) ?? []).map((pair) => [pair.package_id, pair]));
    const inCollections = memberships.get(one.id) ?? new Set<string>();
    const machine = {
      facts: one,
      ...knownOf(evidence.get(one.id) ?? []),
      isOn: one.powerState === 'on',
      startedAt: row?.started_at ?? null,
      knownAt: row?.known_at ?? null,
      startDelayMs: startDelay(one.id, row?.started_at ?? row?.known_at ?? 0, policy.startDelayMinutes),
      isOptedOut:
        row?.is_opted_out === 1 || [...optedCollections].some((id) => id === 'all' || inCollections.has(id)),
      ring: ringOf(policy, inCollections),
      windows: windows.get(one.id) ?? [],
      pairs: new Map([...own].map(([id, pair]) => [id, toPair(pair)])),
      openRun: openRunOf(own.values()),
    };
    const input = { packages: catalogue.packages, releases, policy, machine, nowMs };
    return { facts: one, input, pairs: own, row };
  });
}

function releasesOf(rows: readonly UpdatePackageRow[]): Map<string, UpdateRelease> {
  return new Map(
    rows.map((row) => [
      row.package_id,
      {
        registeredAt: row.changed_at,
        openRing: row.open_ring,
        held: row.held === null ? null : JSON.parse(row.held),
      },
    ]),
  );
}

function knownOf(rows: readonly EvidenceRow[]) {
  const of = (verdict: EvidenceRow['verdict']) =>
    new Map(rows.filter((row) => row.verdict === verdict).map((row) => [row.package_id, row.revision]));
  return { verified: of('verified'), refused: of('refused') };
}

function toPair(row: UpdatePairRow): UpdatePair {
  return {
    since: row.since,
    attempts: row.attempts,
    retryAt: row.retry_at,
    held: row.held === null ? null : JSON.parse(row.held),
    isContinuing: row.is_continuing === 1,
  };
}

function openRunOf(pairs: Iterable<UpdatePairRow>) {
  for (const pair of pairs) if (pair.run_id !== null) return { packageId: pair.package_id };
  return null;
}

/** The same for one start of a machine however often it is asked, and spread evenly over all machines (BAUT-08). */
function startDelay(machineId: string, startedAt: number, minutes: number): number {
  const digest = createHash('sha256').update(`${machineId} ${startedAt}`).digest();
  return Math.floor((digest.readUInt32BE(0) / 2 ** 32) * minutes * 60_000);
}
