import type { Kernel } from '../../kernel/kernel.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';
import type { Changes } from './changes.ts';
import type { SoftwareCatalogue } from './inventory/software-catalogue.ts';

/** What the parts of this feature get; each names the ones it uses. */
export interface Deps extends Kernel {
  readonly sites: Sites;
  readonly status: Status;
  readonly changes: Changes;
  readonly catalogue: SoftwareCatalogue;
}
