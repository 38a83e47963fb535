import type { Service } from '../service/service-state.ts';
import { agentStatus } from '../status.ts';
import { openDoor } from './door.ts';
import { createOffers } from './offers.ts';
import { createProofs } from './proofs.ts';
import { createRestarts } from './restarts.ts';

/** Opens the users' door of a service; without one the service does all the rest. @returns closes it */
export async function openSelfService(service: Service): Promise<() => void> {
  const { data, platform, log } = service;
  const { users } = platform;
  const address = users.doorOf(data.root);
  if (address === null) {
    log.warn(
      "there is no users' door: Windows has none yet, and elsewhere the data folder's path is too long",
    );
    return () => {};
  }
  // Rates and lives of proofs do not depend on anybody setting the clock.
  const nowMs = () => performance.now();
  const components = () => agentStatus(data, platform).components;
  const offers = createOffers({ ...service, components, site: () => service.askSite });
  const restarts = createRestarts(service);
  const proofs = createProofs({ users, nowMs });
  try {
    return await openDoor({ users, address, offers, restarts, proofs, log, nowMs });
  } catch (error) {
    log.error({ err: error, address }, "the users' door could not be opened");
    return () => {};
  }
}
