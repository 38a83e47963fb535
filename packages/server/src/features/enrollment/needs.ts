import type { Kernel } from '../../kernel/kernel.ts';
import type { Machines } from '../machines/index.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';
import type { KeyWatch } from './key-watch.ts';
import type { ShutOut } from './shut-out.ts';

export interface Deps extends Kernel {
  readonly machines: Machines;
  readonly sites: Sites;
  readonly status: Status;
  readonly shutOut: ShutOut;
  readonly keyWatch: KeyWatch;
}
