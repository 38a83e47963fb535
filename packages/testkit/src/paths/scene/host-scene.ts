import { madeOfParts } from '../../rig/kept-parts.ts';
import { makeNetwork, type Network } from '../../rig/network.ts';
import { type ManagedHost, startManagedHost } from './managed-host.ts';
import { type SiteOptions, type SiteProcess, startSiteProcess } from './site-process.ts';

/** A network with a site and hosts that it manages. */
export interface HostScene {
  readonly network: Network;
  readonly site: SiteProcess;
  /** In the order of their names. */
  readonly hosts: readonly ManagedHost[];
  destroy(): Promise<void>;
}

export function startHostScene(
  names: readonly string[],
  { agentVersion, ...options }: SiteOptions & { agentVersion?: string } = {},
): Promise<HostScene> {
  return madeOfParts(async (keep) => {
    const network = keep(await makeNetwork());
    const site = keep(await startSiteProcess(network, options));
    const hosts: ManagedHost[] = [];
    const how = agentVersion === undefined ? {} : { agentVersion };
    for (const name of names) hosts.push(keep(await startManagedHost(network, site, name, how)));
    return { network, site, hosts };
  });
}
