/**
 * What the package managers run at installation, upgrade and removal (Debian Policy, chapter 6; rpm-scriptlets(7)):
 * one text for both, framed so that `$former` is empty at a first installation, and removal is told from upgrade.
 * `set -e`: a step that fails stops the package manager.
 *
 * An rpm knows no purge: erasing the agent leaves nothing, erasing the server leaves its database and keys.
 */
import { properties } from './properties.ts';
import { type Manager, managers } from './unit-helpers.ts';

export const scriptNames = ['beforeInstall', 'afterInstall', 'beforeRemoval', 'afterRemoval'] as const;
export type Script = (typeof scriptNames)[number];

/** Shell texts of one package; empty: there is nothing to do. */
interface Parts {
  readonly unit: string;
  /** Before the files are there; nothing was changed yet, and what is refused here is not installed. */
  readonly beforeInstall: string;
  readonly beforeStart: string;
  readonly afterStart: string;
  /** After the service was stopped. */
  readonly beforeRemoval: string;
  /** Settings, programs and logs are gone; what the program itself has made is not. */
  readonly purge: readonly string[];
  /** What an erased rpm leaves of `purge`. */
  readonly kept: readonly string[];
}

const indent = (text: string) => text.trimEnd().replaceAll(/\n(?=.)/g, '\n  ');

function scriptsOf(manager: Manager, parts: Parts): Readonly<Record<Script, string>> {
  const { unit } = parts;
  const frame = managers[manager];
  const removable = parts.purge.filter((path) => !parts.kept.includes(path));
  const leaving = [
    ...frame.forgetUnit(unit),
    `rm -rf ${(manager === 'deb' ? parts.purge : removable).join(' ')}`,
  ];
  if (manager === 'rpm' && parts.kept.length > 0) leaving.push(`echo 'Kept: ${parts.kept.join(' ')}'`);
  return {
    beforeInstall: parts.beforeInstall === '' ? '' : frame.beforeInstall(indent(parts.beforeInstall)),
    afterInstall: frame.afterInstall(
      indent([parts.beforeStart, frame.settle(unit), parts.afterStart].join('\n')),
    ),
    beforeRemoval: frame.beforeRemoval(indent([frame.stop(unit), parts.beforeRemoval].join('\n'))),
    afterRemoval: frame.afterRemoval(unit, indent(leaving.join('\n'))),
  };
}

/**
 * Where systemd runs, the firewall is this machine's own; in a chroot it would be that of the machine around it. Closing
 * comes before the files go: nobody could do it afterwards (BFWL-04).
 */
function firewall(command: string): string {
  return `if [ -d /run/systemd/system ]; then ${command} || true; fi`;
}

/** Made by `tenkai-agent master prepare` where the system makes no host keys by itself. */
const hostKeysUnit = ['/etc/systemd/system/', '/etc/systemd/system/multi-user.target.wants/'].map(
  (folder) => `${folder}tenkai-ssh-host-keys.service`,
);

/** The user stays after a purge: a number that is given to somebody else would own what it left anywhere. */
const server: Parts = {
  unit: 'tenkai-server.service',
  beforeInstall: '',
  beforeStart: `getent group tenkai >/dev/null || groupadd --system tenkai
getent passwd tenkai >/dev/null || useradd --system --gid tenkai --home-dir /var/lib/tenkai --no-create-home --shell /usr/sbin/nologin tenkai
install -d -m 0700 -o tenkai -g tenkai /var/lib/tenkai`,
  afterStart: `if [ -z "$former" ] && [ -d /run/systemd/system ]; then
  echo 'The link for the first administrator is in: journalctl -u tenkai-server'
fi`,
  beforeRemoval: firewall('/usr/bin/tenkai firewall close'),
  purge: ['/var/lib/tenkai', '/var/cache/tenkai'],
  kept: ['/var/lib/tenkai'],
};

/**
 * An upgrade restarts the service only after the new files are in place; the engine of a run goes on meanwhile
 * with the files that it has open. Without the service nobody hears of a run: with it go the engines, but not the
 * installers that they started, of which this one may be one.
 */
const agent: Parts = {
  unit: 'tenkai-agent.service',
  beforeInstall: properties.check,
  beforeStart: `install -d -m 0711 /var/lib/tenkai-agent
${properties.take}
if [ -z "$former" ]; then ${firewall('/usr/bin/tenkai-agent firewall open --automatic')}; fi`,
  // The package is installed and its service runs: what was refused is told last, and by the status.
  afterStart: 'exit $refused',
  beforeRemoval: `${firewall('/usr/bin/tenkai-agent firewall close')}
if [ -d /run/systemd/system ]; then systemctl stop 'tenkai-engine-*.service'; fi`,
  purge: [
    '/var/lib/tenkai-agent',
    '/var/cache/tenkai-agent',
    properties.file,
    // An rpm leaves settings that were changed under this name.
    '/etc/default/tenkai-agent.rpmsave',
    // Of install-agent.sh.
    '/var/lib/tenkai-agent-install',
    '/var/log/tenkai-agent-install.log',
    ...hostKeysUnit,
  ],
  kept: [],
};

export const serverScripts = { deb: scriptsOf('deb', server), rpm: scriptsOf('rpm', server) } as const;
export const agentScripts = { deb: scriptsOf('deb', agent), rpm: scriptsOf('rpm', agent) } as const;
