import type { PushReason } from './push-reason.ts';

/** An agent's package on this side. */
export interface AgentPackage {
  readonly path: string;
  readonly kind: 'deb' | 'rpm';
  /** As `uname -m` has it. */
  readonly machine: string;
  readonly version: string;
}

/** What a machine says of itself, by the lines of `lookScript`. */
export interface Look {
  readonly kind: 'deb' | 'rpm' | undefined;
  readonly system: string;
  readonly machine: string;
  readonly isRoot: boolean;
  readonly maySudo: boolean;
  /** Of the agent; empty: there is none. */
  readonly installed: string;
  readonly isAssigned: boolean;
  /** Root fingerprint of the site to which it is assigned; empty: it has not pinned any, or does not show it. */
  readonly root: string;
}

const machines: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

/** By the names that `npm run package:deb` and `package:rpm` give; undefined: it is another file. */
export function readPackageName(path: string): AgentPackage | undefined {
  const name = path.split(/[\\/]/).at(-1) ?? '';
  const deb = /^tenkai-agent_([^_]+)_(amd64|arm64)\.deb$/.exec(name);
  const rpm = /^tenkai-agent-(.+)-1\.(x86_64|aarch64)\.rpm$/.exec(name);
  if (deb) return { path, kind: 'deb', version: deb[1] ?? '', machine: machines[deb[2] ?? ''] ?? '' };
  return rpm ? { path, kind: 'rpm', version: rpm[1] ?? '', machine: rpm[2] ?? '' } : undefined;
}

/** POSIX sh; changes nothing, and needs no rights. */
export const lookScript = `LC_ALL=C; export LC_ALL
sed -n 's/^ID=/id=/p; s/^ID_LIKE=/like=/p' /etc/os-release 2>/dev/null
echo "machine=$(uname -m)"
echo "uid=$(id -u)"
sudo -n true >/dev/null 2>&1 && echo sudo=yes
dpkg-query -W -f='deb=\${db:Status-Status} \${Version}\\n' tenkai-agent 2>/dev/null
rpm -q --qf 'rpm=%{VERSION}\\n' tenkai-agent 2>/dev/null | grep '^rpm='
grep -q '"server"\\|"managementPoint"' /var/lib/tenkai-agent/agent.json 2>/dev/null && echo assigned=yes
grep -o '"rootFingerprint": *"[0-9a-fA-F]*"' /var/lib/tenkai-agent/agent.json 2>/dev/null | head -n 1 | sed 's/.*"\\([0-9a-fA-F]*\\)"$/root=\\1/'
echo end=yes
`;

const families = {
  deb: ['debian', 'ubuntu'],
  rpm: ['rhel', 'fedora', 'centos', 'suse', 'sles', 'opensuse', 'opensuse-leap'],
} as const;

/** Undefined: it has not said all. */
export function readLook(text: string): Look | undefined {
  const lines = text.split('\n').map((line) => line.split(/=(.*)/s));
  const said = new Map(lines.map(([name = '', value = '']) => [name, value.replaceAll(/["']/g, '').trim()]));
  if (!said.has('end')) return undefined;
  const names = `${said.get('id') ?? ''} ${said.get('like') ?? ''}`.split(' ');
  const isOf = (kind: 'deb' | 'rpm') =>
    names.some((name) => (families[kind] as readonly string[]).includes(name));
  const [state, version = ''] = (said.get('deb') ?? '').split(' ');
  return {
    kind: isOf('deb') ? 'deb' : isOf('rpm') ? 'rpm' : undefined,
    system: said.get('id') ?? '',
    machine: said.get('machine') ?? '',
    isRoot: said.get('uid') === '0',
    maySudo: said.has('sudo'),
    installed: state === 'installed' ? version : (said.get('rpm') ?? ''),
    isAssigned: said.has('assigned'),
    root: (said.get('root') ?? '').toLowerCase(),
  };
}

export type Choice =
  | { readonly chosen: AgentPackage; readonly isThere: boolean }
  | { readonly refused: PushReason; readonly detail: string };

interface Offer {
  readonly packages: readonly AgentPackage[];
  /** Of the site to which machines are brought. */
  readonly root: string;
  /** Whether the package is installed again where this version is there: it brings properties. */
  readonly givesAnyway: boolean;
}

/** Which package suits, or why none does; what is there already need not be sent again. */
export function choosePackage(look: Look, { packages, root, givesAnyway }: Offer): Choice {
  const { kind, machine } = look;
  if (kind === undefined) return { refused: 'system-unknown', detail: look.system };
  const chosen = packages.find((one) => one.kind === kind && one.machine === machine);
  if (!chosen) return { refused: 'package-missing', detail: `${kind}, ${machine}` };
  // Who belongs to another site stays there until somebody takes it out on purpose.
  if (look.installed !== '' && look.root !== '' && look.root !== root.toLowerCase())
    return { refused: 'assigned-elsewhere', detail: look.root };
  const isThere = !givesAnyway && look.installed === chosen.version && look.isAssigned;
  if (!isThere && !look.isRoot && !look.maySudo) return { refused: 'rights-missing', detail: '' };
  return { chosen, isThere };
}
