import type { Kernel } from '../../kernel/kernel.ts';
import type { Enrollment } from '../enrollment/index.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';
import type { HeldSecrets } from './held-secrets.ts';
import type { SiteKeys } from './site-keys.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    'pushes.changed': { pushId: string };
    'pushes.keys-changed': Record<string, never>;
  }
}

/** What the use-cases of pushes need. */
export interface Deps extends Kernel {
  readonly enrollment: Enrollment;
  readonly status: Status;
  readonly siteCode: string;
  readonly sites: Pick<Sites, 'settings'>;
  /** Where packages of the agent lie; null: nowhere. */
  readonly agentsDir: string | null;
  readonly secrets: HeldSecrets;
  readonly siteKeys: SiteKeys;
  /** How long an installed agent may take to enroll. */
  readonly enrollWithinMs: number;
}
