import type { Ask } from './procedure.ts';
import type { FirewallRule } from './rule.ts';
import { advEcho, advPort, netsh } from './windows.ts';

/** `netsh firewall`, the only one of Windows XP and Windows Server 2003: whole programs (BFWL-13). */
export function oldProgram(path: string, name: string): Ask {
  return netsh('firewall', 'add', 'allowedprogram', `"${path}"`, `"${name}"`, 'ENABLE');
}

/**
 * One rule in the older forms; printed, never run: no agent of ours runs there. A program as a whole where the rule has
 * one, else a port of its own each, for ranges are not known there; an echo request cannot be limited to an address.
 */
export function oldForms(rule: FirewallRule): Ask[] {
  if (rule.kind === 'echo')
    return rule.family === 'ipv4' ? [netsh('firewall', 'set', 'icmpsetting', '8', 'ENABLE')] : [];
  if (rule.program) return [oldProgram(rule.program, `Tenkai(${rule.program.split('\\').at(-1)})`)];
  const count = rule.last - rule.first + 1;
  return Array.from({ length: count }, (_, index) => oldPort(rule.name, rule.protocol, rule.first + index));
}

export function oldPort(name: string, protocol: 'tcp' | 'udp', port: number): Ask {
  return netsh('firewall', 'add', 'portopening', protocol.toUpperCase(), String(port), `"${name}"`, 'ENABLE');
}

type Protocol = 'tcp' | 'udp';

/** What the old product had open on its server, Windows Server 2008 R2 and 2012 (BFWL-08); `http` was a setting. */
const serverPorts = (http: number): readonly (readonly [number, readonly Protocol[]])[] => [
  [67, ['udp']],
  [69, ['udp']],
  [http, ['tcp']],
  [111, ['tcp', 'udp']],
  [2049, ['tcp', 'udp']],
  [4011, ['udp']],
];

const serverPrograms = [
  'apiserv.exe',
  'bkressvc.exe',
  'depssvc.exe',
  'ftsvc.exe',
  'pxemtftp.exe',
  'pxesvc.exe',
  'rupdssvc.exe',
  'schwatch.exe',
];
const clientPrograms = ['DepAgent.exe', 'rupdsvc.exe'];

export interface OldProduct {
  /** Where the old product was installed. */
  readonly folder: string;
  readonly http?: number;
}

const oldName = (what: string) => `DeploymentManager(${what})`;

/** DeploymentManager's own server table as commands, for sites that keep it running beside Tenkai (BFWL-08..14). */
export function oldServerCommands({ folder, http = 80 }: OldProduct): Ask[] {
  const ports = serverPorts(http).flatMap(([port, protocols]) =>
    protocols.map((protocol) =>
      advPort(oldName(`${protocol.toUpperCase()}:${port}`), protocol, String(port)),
    ),
  );
  return [
    ...ports,
    ...serverPrograms.map((program) => oldProgram(`${folder}\\${program}`, oldName(program))),
  ];
}

/** DeploymentManager's client table as its guide has it for Server Core (BFWL-15, BFWL-22). */
export function oldClientCommands(folder = '%windir%\\System32'): Ask[] {
  return [
    advEcho('ICMP Allow incoming V4 echo request', 'ipv4', null),
    ...clientPrograms.map((program) => oldProgram(`${folder}\\${program}`, oldName(program))),
  ];
}

/** NFS and DHCP of Windows Server 2003 as a server (BFWL-25); mountd may be at another port (BNET-08). */
export function oldServiceCommands(mountd = 1048): Ask[] {
  const nfs = [111, mountd, 2049].flatMap((port) =>
    (['tcp', 'udp'] as const).map((protocol) =>
      oldPort(oldName(`${protocol.toUpperCase()}:${port}`), protocol, port),
    ),
  );
  return [...nfs, oldPort('DHCP(UDP67)', 'udp', 67)];
}
