import type { Texts } from '../en/index.ts';
import type { Localized } from '../localized.ts';
import * as administration from './administration.ts';
import * as collections from './collections.ts';
import * as deployments from './deployments.ts';
import * as failures from './failures.ts';
import * as machines from './machines.ts';
import { multicast } from './multicast.ts';
import * as overview from './overview.ts';
import * as packages from './packages.ts';
import { pushes } from './pushes.ts';
import * as reasons from './reasons.ts';
import { repositories } from './repositories.ts';
import * as scenarios from './scenarios.ts';
import * as shell from './shell.ts';
import * as status from './status.ts';
import * as statusMessages from './status-messages.ts';
import { systems } from './systems.ts';
import { updates } from './updates.ts';
import { whatIf } from './what-if.ts';

/** Every Japanese text of the console; the names of the old product's screens are kept (BCON-21). */
export const texts: Localized<Texts> = {
  ...shell,
  ...administration,
  ...collections,
  ...machines,
  multicast,
  ...deployments,
  ...overview,
  ...packages,
  pushes,
  repositories,
  ...scenarios,
  systems,
  updates,
  whatIf,
  ...status,
  ...statusMessages,
  ...failures,
  ...reasons,
};
