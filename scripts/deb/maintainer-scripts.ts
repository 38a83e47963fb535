/**
 * Maintainer scripts (Debian Policy, chapter 6). `set -e`: a step that fails stops the package manager. Units go
 * through deb-systemd-helper(1p) and deb-systemd-invoke(1p): what an administrator disabled stays disabled and
 * stopped over an upgrade (AGENT-37), policy-rc.d is respected, and in a chroot nothing is started.
 */

const head = '#!/bin/sh\nset -e\n';

/** At the first installation enabled and started; at an upgrade restarted, where it runs or is enabled. */
function settle(unit: string): string {
  return `deb-systemd-helper unmask ${unit} >/dev/null || true
  if deb-systemd-helper --quiet was-enabled ${unit}; then
    deb-systemd-helper enable ${unit} >/dev/null
  else
    deb-systemd-helper update-state ${unit} >/dev/null
  fi
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    if [ -n "$2" ]; then action=restart; else action=start; fi
    # A service that does not start says why in the journal; it must not leave the package half configured.
    deb-systemd-invoke $action ${unit} || true
  fi`;
}

function stop(unit: string): string {
  return `if [ -d /run/systemd/system ]; then deb-systemd-invoke stop ${unit}; fi`;
}

function forget(unit: string, folders: readonly string[]): string {
  return `if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl reset-failed ${unit} 2>/dev/null || true
fi
if [ "$1" = purge ]; then
  deb-systemd-helper purge ${unit} >/dev/null || true
  deb-systemd-helper unmask ${unit} >/dev/null || true
  rm -rf ${folders.join(' ')}
fi`;
}

/**
 * Where systemd runs, the firewall is this machine's own; in a chroot it would be that of the machine around it. Closing
 * comes before the files go: nobody could do it afterwards (BFWL-04).
 */
function firewall(command: string): string {
  return `if [ -d /run/systemd/system ]; then ${command} || true; fi`;
}

const server = 'tenkai-server.service';
const agent = 'tenkai-agent.service';
/** Made by `tenkai-agent master prepare` where the system makes no host keys by itself. */
const hostKeysUnit = ['/etc/systemd/system/', '/etc/systemd/system/multi-user.target.wants/'].map(
  (folder) => `${folder}tenkai-ssh-host-keys.service`,
);

/** The user stays after a purge: a number that is given to somebody else would own what it left anywhere. */
export const serverScripts = {
  postinst: `${head}
if [ "$1" = configure ]; then
  getent group tenkai >/dev/null || groupadd --system tenkai
  getent passwd tenkai >/dev/null || useradd --system --gid tenkai --home-dir /var/lib/tenkai --no-create-home --shell /usr/sbin/nologin tenkai
  install -d -m 0700 -o tenkai -g tenkai /var/lib/tenkai
  ${settle(server)}
  if [ -z "$2" ] && [ -d /run/systemd/system ]; then
    echo 'The link for the first administrator is in: journalctl -u tenkai-server'
  fi
fi
`,
  prerm: `${head}
if [ "$1" = remove ]; then
  ${stop(server)}
  ${firewall('/usr/bin/tenkai firewall close')}
fi
`,
  postrm: `${head}
${forget(server, ['/var/lib/tenkai', '/var/cache/tenkai'])}
`,
} as const;

/**
 * An upgrade restarts the service only after the new files are in place; the engine of a run goes on meanwhile
 * with the files that it has open. Without the service nobody hears of a run: with it go the engines, but not the
 * installers that they started, of which this one may be one.
 */
export const agentScripts = {
  postinst: `${head}
if [ "$1" = configure ]; then
  install -d -m 0711 /var/lib/tenkai-agent
  if [ -z "$2" ]; then ${firewall('/usr/bin/tenkai-agent firewall open --automatic')}; fi
  ${settle(agent)}
fi
`,
  prerm: `${head}
if [ "$1" = remove ]; then
  ${stop(agent)}
  ${firewall('/usr/bin/tenkai-agent firewall close')}
  if [ -d /run/systemd/system ]; then systemctl stop 'tenkai-engine-*.service'; fi
fi
`,
  postrm: `${head}
${forget(agent, ['/var/lib/tenkai-agent', '/var/cache/tenkai-agent', ...hostKeysUnit])}
`,
} as const;
