import { makeNetwork, type Network } from '../rig/network.ts';
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

/** What was made before one part failed is taken down again. */
export async function startHostScene(
  names: readonly string[],
  { agentVersion, ...options }: SiteOptions & { agentVersion?: string } = {},
): Promise<HostScene> {
  const made: { destroy(): Promise<void> }[] = [];
  const destroy = async () => {
    for (const part of made.splice(0).reverse()) await part.destroy();
  };
  const keep = <T extends { destroy(): Promise<void> }>(part: T): T => {
    made.push(part);
    return part;
  };
  try {
    const network = keep(await makeNetwork());
    const site = keep(await startSiteProcess(network, options));
    const hosts: ManagedHost[] = [];
    const how = agentVersion === undefined ? {} : { agentVersion };
    for (const name of names) hosts.push(keep(await startManagedHost(network, site, name, how)));
    return { network, site, hosts, destroy };
  } catch (error) {
    await destroy();
    throw error;
  }
}
