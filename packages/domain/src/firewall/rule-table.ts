import { echoRule, type FirewallRole, type FirewallRule, type PortRange, portRule } from './rule.ts';

/** What decides which ports a machine needs: settings of the site and of its server, never constants (BFWL-14). */
export interface FirewallNeeds {
  /** The one TLS port of console, agents and API. */
  readonly https?: number;
  /** Where plain HTTP is answered with a redirect. */
  readonly redirect?: number;
  /** UDP ports of multicast sessions: data to machines, reports to the server. */
  readonly multicast?: PortRange;
  readonly dhcp?: boolean;
  readonly tftp?: boolean;
  /** With the port that mountd is pinned to (BNET-09, BNET-10). */
  readonly nfs?: { readonly mountd: number };
  /** Addresses from which the site asks whether a machine is there. */
  readonly siteAddresses?: readonly string[];
}

/**
 * UDP ports of a site's sessions: each takes two, its group's and the one to which machines report (BSRV-12).
 * Undefined where the site sends nothing by multicast.
 */
export function multicastPorts(site: {
  readonly multicast: boolean;
  readonly multicastFirstPort: number;
  readonly multicastSessions: number;
}): PortRange | undefined {
  const { multicast, multicastFirstPort: first, multicastSessions } = site;
  return multicast ? { first, last: first + 2 * multicastSessions - 1 } : undefined;
}

interface Row {
  readonly roles: readonly FirewallRole[];
  readonly protocols: readonly ('tcp' | 'udp')[];
  /** None: this machine does not need it. */
  readonly ports: (needs: FirewallNeeds) => readonly (number | PortRange | undefined)[];
  readonly use: string;
}

/** THE TABLE. An agent opens its connections itself (BAGT-05): what comes in is multicast data and echo requests. */
const rows: readonly Row[] = [
  {
    roles: ['server'],
    protocols: ['tcp'],
    ports: ({ https }) => [https],
    use: 'console, agents, API, content',
  },
  { roles: ['server'], protocols: ['tcp'], ports: ({ redirect }) => [redirect], use: 'redirect to HTTPS' },
  { roles: ['server'], protocols: ['udp'], ports: ({ dhcp }) => [dhcp ? 67 : undefined], use: 'DHCP' },
  { roles: ['server'], protocols: ['udp'], ports: ({ dhcp }) => [dhcp ? 4011 : undefined], use: 'PXE' },
  { roles: ['server'], protocols: ['udp'], ports: ({ tftp }) => [tftp ? 69 : undefined], use: 'TFTP' },
  {
    roles: ['server'],
    protocols: ['tcp', 'udp'],
    ports: ({ nfs }) => (nfs ? [111, nfs.mountd, 2049] : []),
    use: 'NFS',
  },
  { roles: ['server', 'agent'], protocols: ['udp'], ports: ({ multicast }) => [multicast], use: 'multicast' },
];

/** Every rule that a machine in this role needs, each once. */
export function firewallRules(role: FirewallRole, needs: FirewallNeeds): FirewallRule[] {
  const ports = rows
    .filter(({ roles }) => roles.includes(role))
    .flatMap((row) => row.ports(needs).flatMap((port) => (port === undefined ? [] : [{ row, port }])))
    .flatMap(({ row, port }) => {
      const range = typeof port === 'number' ? { first: port, last: port } : port;
      return row.protocols.map((protocol) => portRule(role, protocol, range, row.use));
    });
  const echoes = role === 'agent' ? (needs.siteAddresses ?? []).map((from) => echoRule(role, from)) : [];
  const rules = [...ports, ...echoes.filter((rule) => rule !== undefined)];
  return [...new Map(rules.map((rule) => [rule.name, rule])).values()];
}
