import type { MachineStore } from '@tenkai/certificates/stores/machine-store.ts';
import { announceKeys } from '@tenkai/protocol/agent/link/renew.ts';
import type { SiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import { createTokenSource } from '@tenkai/protocol/agent/link/token.ts';
import type { DataFolder } from '../data-folder.ts';
import { type Identity, openGuarded } from '../identity.ts';
import type { KeyGuard } from '../key-guard.ts';
import { keepCertificates } from './keep.ts';
import { finishSwitch, openNext, switchKeys } from './next-keys.ts';

export interface RenewalDeps {
  readonly data: DataFolder;
  readonly guard: KeyGuard | null;
  readonly store: MachineStore;
  readonly client: SiteClient;
  readonly machineId: string;
  /** The new keys are in the place of the old ones: whatever fails from now on, the machine goes on with them. */
  readonly onSwitched?: () => void;
}

type Step = (deps: RenewalDeps, signal: AbortSignal) => unknown;

/**
 * The acts of a renewal, in this order (decision 0136). After each of them the machine may lose power: it then goes on,
 * with the old keys before `switch` and with the new ones after it, and the same renewal run again comes to its end.
 */
export const renewalSteps = {
  make: ({ data, guard }) => void openNext(data, guard),
  announce: ({ data, guard, client, machineId }, signal) =>
    announceKeys({ client, signer: openGuarded(data, guard), machineId }, openNext(data, guard), signal),
  switch: ({ data, onSwitched }) => {
    switchKeys(data);
    onSwitched?.();
  },
  certify: ({ data, guard, store }) => void keepCertificates(store, openGuarded(data, guard)),
  use: ({ data, guard, client, machineId }, signal) =>
    createTokenSource({ client, signer: openGuarded(data, guard), machineId, now: Date.now }).get(signal),
} as const satisfies Record<string, Step>;

/**
 * Replaces both keys of the machine, and its certificates with them (IDENT-02): first beside the old ones, then told to
 * the site, then in their place.
 * @returns the new identity
 * @throws RemoteProblem where the site refuses; Failure site-unreachable, identity-key-broken, identity-key-foreign
 */
export async function renewIdentity(deps: RenewalDeps, signal: AbortSignal): Promise<Identity> {
  finishSwitch(deps.data);
  for (const step of Object.values<Step>(renewalSteps)) await step(deps, signal);
  return openGuarded(deps.data, deps.guard);
}
