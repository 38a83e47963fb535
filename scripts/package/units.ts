/**
 * systemd units and settings of the two packages (systemd.service(5), systemd.exec(5)). Written for systemd 247 and
 * later: an older one says that it does not know a line, and goes on without it.
 */

/** In a folder of root's: the server believes what is in it. */
const firewallCheckFile = '/run/tenkai-firewall/check.json';

/**
 * The server is no root and cannot ask the firewall of its host: this asks each minute and writes it down (BSRV-21). It
 * comes and goes with the server, and changes nothing.
 */
export const firewallCheckUnit = `[Unit]
Description=Tenkai looks at the firewall of this host
Documentation=file:///usr/share/doc/tenkai-server/README.md
# The start of the server opens the ports: before that they would be missed at each start of the host.
After=tenkai-server.service

[Service]
Type=oneshot
ExecStart=/usr/bin/tenkai firewall check --role server --write ${firewallCheckFile}
RuntimeDirectory=tenkai-firewall
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=yes
TimeoutStartSec=50
Nice=5
ProtectSystem=full
ProtectHome=read-only
PrivateTmp=yes
NoNewPrivileges=yes
`;

export const firewallCheckTimer = `[Unit]
Description=Tenkai looks at the firewall of this host each minute
PartOf=tenkai-server.service

[Timer]
OnActiveSec=1
OnUnitInactiveSec=60
AccuracySec=1
`;

/**
 * The server has no more of the machine than it needs: two ports below 1024, the echo requests of ping, and its own
 * folder. Not `ProtectSystem=strict`: a distribution point may be any folder that the administrator gives to the
 * user tenkai. Not `MemoryDenyWriteExecute`: the engine of JavaScript makes machine code as it runs.
 */
export const serverUnit = `[Unit]
Description=Tenkai site server
Documentation=file:///usr/share/doc/tenkai-server/README.md
Wants=network-online.target tenkai-firewall-check.timer
# Behind those that load a firewall: what we open before them, they would take away.
After=network-online.target postgresql.service nftables.service firewalld.service ufw.service

[Service]
Type=simple
User=tenkai
Group=tenkai
Environment=TENKAI_DATA=/var/lib/tenkai TENKAI_CONSOLE=/usr/lib/tenkai-server/console NODE_COMPILE_CACHE=/var/cache/tenkai
Environment=TENKAI_FIREWALL_CHECK=${firewallCheckFile}
EnvironmentFile=-/etc/default/tenkai-server
# As root, and never in the way of the start: opens the ports where a firewall is active (TENKAI_FIREWALL=off: not).
# Not with the server's compile cache: root runs no code from a folder that somebody else may write.
ExecStartPre=-+/usr/bin/env --unset=NODE_COMPILE_CACHE /usr/bin/tenkai firewall open --automatic
ExecStart=/usr/lib/tenkai-server/node --disable-warning=ExperimentalWarning /usr/lib/tenkai-server/tenkai-server.mjs
StateDirectory=tenkai
StateDirectoryMode=0700
CacheDirectory=tenkai
CacheDirectoryMode=0700
# A web server must be able to read what lies in a distribution point; the folder of the site itself is closed.
UMask=0022
LimitNOFILE=200000
Restart=on-failure
RestartSec=5
# 2: the settings are wrong; another start would find them as they are.
RestartPreventExitStatus=2
TimeoutStopSec=30
AmbientCapabilities=CAP_NET_BIND_SERVICE CAP_NET_RAW
CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_NET_RAW
NoNewPrivileges=yes
ProtectSystem=full
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;

/** Of the agent's service, on every system. */
export const agentNodeOptions =
  '--disable-warning=ExperimentalWarning --max-old-space-size=128 --max-semi-space-size=1 --gc-global --single-threaded-gc --v8-pool-size=1 --no-opt --no-maglev --no-sparkplug --disable-sigusr1 --expose-gc';

/**
 * The engine of a run is a transient unit of its own, so stopping this one ends no run (AGENT-38). No sandbox: what
 * the agent is there for is to change the machine. It never gives up starting: a machine whose agent did would be
 * lost to its site.
 *
 * Most of the time it waits: the options keep it below 70 MB instead of 95 (`npm run bench -- install`). Without the
 * compilers of hot functions, whose code would fill 9 MB, and with small heaps that one thread sweeps as a whole, and that
 * are tidied when work is over. The engine, which does the work of runs, has none of these options.
 */
export const agentUnit = `[Unit]
Description=Tenkai agent
Documentation=file:///usr/share/doc/tenkai-agent/README.md
Wants=network-online.target
After=network-online.target nftables.service firewalld.service ufw.service
StartLimitIntervalSec=0

[Service]
Type=simple
Environment=TENKAI_AGENT_DATA=/var/lib/tenkai-agent MALLOC_ARENA_MAX=1 UV_THREADPOOL_SIZE=2 MALLOC_TRIM_THRESHOLD_=65536
EnvironmentFile=-/etc/default/tenkai-agent
ExecStart=/usr/lib/tenkai-agent/node ${agentNodeOptions} /usr/lib/tenkai-agent/tenkai-agent.mjs run $TENKAI_AGENT_OPTIONS
StateDirectory=tenkai-agent
StateDirectoryMode=0711
CacheDirectory=tenkai-agent
CacheDirectoryMode=0700
KillMode=process
Restart=always
RestartSec=10
TimeoutStopSec=30

[Install]
WantedBy=multi-user.target
`;

export const serverDefaults = `# Settings of the Tenkai site server; read at its start: systemctl restart tenkai-server
# The one TLS port for agents, console and command line.
TENKAI_PORT=443
# Answers plain HTTP with a redirect to https; empty: no such listener.
TENKAI_REDIRECT_PORT=80
# UDP ports of multicast, such as 56100-56227; empty: none.
#TENKAI_MULTICAST_PORTS=
# off: the service does not open its ports in an active firewall; tenkai firewall plan shows what it opens.
#TENKAI_FIREWALL=auto
# Zones of firewalld in which its ports are opened, such as internal; empty: all that are in use.
#TENKAI_FIREWALL_PROFILES=
# Three capitals or digits; decided at the first start.
#TENKAI_SITE=TK1
# Names and addresses of this server beside those that the machine itself knows, with blanks between them.
#TENKAI_NAMES=
# A PostgreSQL address; empty: the embedded database.
#TENKAI_DATABASE=
# Processes that hold the agents' connections; 0: the server itself.
#TENKAI_GATEWAYS=0
`;

export const agentDefaults = `# Options of the Tenkai agent's service; read at its start: systemctl restart tenkai-agent
# The site is no setting of this file: tenkai-agent enroll --help
# --verbose: what goes to /var/lib/tenkai-agent/log goes to the journal too.
#TENKAI_AGENT_OPTIONS=--verbose
`;
