import { type MachineStore, openMachineStore } from '@tenkai/certificates/stores/machine-store.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { DataFolder } from '../data-folder.ts';
import { machineApi } from '../key-guard.ts';
import { openFolderStore } from './folder-store.ts';

/** The name is the same on every system (IDENT-01). */
export const ownStoreName = 'Tenkai';
/** Of the old product: read, repaired and emptied, never written to. */
export const oldStoreName = 'SMS';

export interface OwnStores {
  readonly own: MachineStore;
  /** Ours first. */
  readonly all: readonly MachineStore[];
}

/**
 * The logical stores of this machine: the certificate store of Windows; a folder elsewhere, and where the binding to
 * Windows is not installed.
 * @throws Failure rights-missing
 */
export async function ownStores(data: DataFolder): Promise<OwnStores> {
  const api = await machineApi();
  if (!api) {
    const own = openFolderStore(ownStoreName, data.identity);
    return { own, all: [own] };
  }
  if (!api.isElevated()) throw new Failure('rights-missing');
  const own = openMachineStore(api, ownStoreName);
  return { own, all: [own, openMachineStore(api, oldStoreName)] };
}
