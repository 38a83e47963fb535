import type { PackageDraft, SoftwarePackage } from '@tenkai/domain';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Content, ContentUse } from '../content/index.ts';
import { addAgentPatches } from './agent-patches.ts';
import { addBuiltInPackages, saveOwnPackage } from './built-in.ts';
import { addPackageFiles } from './packages.files.ts';
import { addPackageRoutes } from './packages.routes.ts';
import {
  draftOf,
  findPackage,
  findRevision,
  listContents,
  listNewest,
  listPlaces,
  toSoftwarePackage,
} from './packages.store.ts';
import { type PackageUse, refuseBadPackage, type SavePackage } from './packages.ts';
import { saveFromElsewhere } from './save-from-elsewhere.ts';

export type { PackageUse } from './packages.ts';

/** What other features may ask about packages. */
export interface Packages {
  /** A revision as it was sealed, the newest where none is named; undefined where there is none. */
  sealedPackage(id: string, revision?: number): Promise<SoftwarePackage | undefined>;
  /** The newest revision of each package. */
  newestPackages(): Promise<SoftwarePackage[]>;
  /** Where a package came from, and its newest revision; undefined where there is none. */
  standing(id: string): Promise<{ origin: string; revision: number } | undefined>;
  /** @throws Failure draft-invalid, where it could not be made */
  refuseBad(save: SavePackage): Promise<void>;
  /**
   * Makes a package that comes from elsewhere, or seals its next revision.
   * @throws Failure package-of-other-origin, draft-invalid, already-exists, not-found (the content)
   */
  save(actor: Actor, save: SavePackage & { origin: string }): Promise<{ revision: number }>;
  /** Makes the packages that every site has, where they are missing. Called when a site starts. */
  addBuiltIn(): Promise<void>;
  /** Makes a package that the site brings by itself, or its next revision. @throws as `save` */
  saveOwn(save: SavePackage): Promise<void>;
  /** Says who needs a package, so that it is not deleted. Called before the server starts. */
  registerUser(usesOf: (packageId: string) => Promise<PackageUse[]>): void;
}

export function registerPackages(kernel: Kernel, { content }: { content: Content }): Packages {
  const { db, live } = kernel;
  const users = [(id: string) => requiringPackages(kernel, id)];
  const usesOf = async (id: string) => (await Promise.all(users.map((ask) => ask(id)))).flat();
  const deps = { ...kernel, content, usesOf };
  content.registerUser(() => contentUses(kernel));
  live.expose('packages.changed', {
    permission: 'view',
    message: ({ packageId }) => ({ topic: 'packages', id: packageId }),
  });
  live.expose('packages.removed', {
    permission: 'view',
    message: ({ packageId }) => ({ topic: 'packages', id: packageId }),
  });
  addPackageRoutes(deps);
  addPackageFiles(deps);
  addAgentPatches(deps);
  return {
    async sealedPackage(id, revision) {
      const wanted = revision ?? (await findPackage(db.read, id))?.revision;
      const row = wanted === undefined ? undefined : await findRevision(db.read, id, wanted);
      return row && toSoftwarePackage(row);
    },
    newestPackages: async () => (await listNewest(db.read)).map(toSoftwarePackage),
    async standing(id) {
      const row = await findPackage(db.read, id);
      return row && { origin: row.origin, revision: row.revision };
    },
    refuseBad: (save) => refuseBadPackage(deps, save),
    save: (actor, save) => saveFromElsewhere(deps, actor, save),
    addBuiltIn: () => addBuiltInPackages(deps),
    saveOwn: (save) => saveOwnPackage(deps, save),
    registerUser: (ask) => void users.push(ask),
  };
}

/** Every revision keeps its content; only the newest goes to distribution points that do not have it. */
async function contentUses({ db }: Pick<Kernel, 'db'>): Promise<ContentUse[]> {
  const places = await listPlaces(db.read);
  return (await listContents(db.read)).map((row) => {
    const isNewest = row.revision === row.newest;
    return {
      contentId: row.content_id as string,
      isWanted: isNewest,
      pointIds: places.filter((place) => place.package_id === row.package_id).map((place) => place.point_id),
      viewName: isNewest ? row.package_id : null,
    };
  });
}

/** Packages that need this one first, or whose programs run one of it first (DIST-14, BAUT-13). */
async function requiringPackages({ db }: Pick<Kernel, 'db'>, id: string): Promise<PackageUse[]> {
  return (await listNewest(db.read))
    .filter((row) => row.package_id !== id)
    .filter((row) => needs(draftOf(row), id))
    .map((row) => ({ kind: 'package', id: row.package_id, name: row.package_id }));
}

function needs({ programs, requires = [] }: PackageDraft, id: string): boolean {
  return (
    programs.some((program) => program.requires.some((need) => need.packageId === id)) ||
    requires.some(({ anyOf }) => anyOf.includes(id))
  );
}
