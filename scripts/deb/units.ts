/** systemd units of the two packages (systemd.service(5), systemd.exec(5)). */

export const serverUnit = `[Unit]
Description=Tenkai site server
Documentation=file:///usr/share/doc/tenkai-server/README
Wants=network-online.target
After=network-online.target postgresql.service

[Service]
Type=simple
User=tenkai
Group=tenkai
EnvironmentFile=-/etc/default/tenkai-server
Environment=TENKAI_DATA=/var/lib/tenkai TENKAI_CONSOLE=/usr/lib/tenkai-server/console
ExecStart=/usr/lib/tenkai-server/node --disable-warning=ExperimentalWarning /usr/lib/tenkai-server/tenkai-server.mjs
StateDirectory=tenkai
StateDirectoryMode=0700
AmbientCapabilities=CAP_NET_BIND_SERVICE CAP_NET_RAW
CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_NET_RAW
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
LimitNOFILE=200000
Restart=on-failure
RestartSec=5
TimeoutStopSec=30

[Install]
WantedBy=multi-user.target
`;

/** The engine of a run is a transient unit of its own, so stopping this one ends no run (AGENT-38). */
export const agentUnit = `[Unit]
Description=Tenkai agent
Documentation=file:///usr/share/doc/tenkai-agent/README
Wants=network-online.target
After=network-online.target

[Service]
Type=simple
EnvironmentFile=-/etc/default/tenkai-agent
Environment=TENKAI_AGENT_DATA=/var/lib/tenkai-agent
ExecStart=/usr/lib/tenkai-agent/node --disable-warning=ExperimentalWarning --max-old-space-size=128 /usr/lib/tenkai-agent/tenkai-agent.mjs run
StateDirectory=tenkai-agent
StateDirectoryMode=0700
KillMode=process
Restart=always
RestartSec=5
TimeoutStopSec=30

[Install]
WantedBy=multi-user.target
`;

export const serverDefaults = `# Settings of the Tenkai site server; read at its start.
# The one TLS port for agents, console and command line.
TENKAI_PORT=443
# Answers plain HTTP with a redirect to https; empty: no such listener.
TENKAI_REDIRECT_PORT=80
# Three capitals or digits; decided at the first start.
#TENKAI_SITE=TK1
# Names and addresses of this server beside those that the machine itself knows.
#TENKAI_NAMES=
# A PostgreSQL address; empty: the embedded database.
#TENKAI_DATABASE=
`;
