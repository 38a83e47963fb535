import type { NetworkInterfaceInfo } from 'node:os';
import type { Architecture, NetworkInterface } from '@tenkai/domain';

/** Processors as Node names them. */
export function architectureOf(arch: string): Architecture {
  if (arch === 'arm64') return 'arm64';
  return arch === 'ia32' ? 'x86' : 'x64';
}

interface InterfaceFacts {
  readonly name: string;
  readonly mac: string;
  readonly isUp: boolean;
  readonly addresses: readonly NetworkInterfaceInfo[];
}

/** One interface of the inventory. */
export function interfaceOf({ name, mac, isUp, addresses }: InterfaceFacts): NetworkInterface {
  const isNone = /^(00:)*00$/.test(mac) || mac === '';
  return {
    name: name.slice(0, 255),
    mac: isNone ? '' : mac.toLowerCase().slice(0, 64),
    isUp,
    addresses: addresses.map(({ address, cidr, family }) => ({
      address,
      prefix: Number(cidr?.split('/')[1] ?? (family === 'IPv4' ? 32 : 128)),
      family: family === 'IPv4' ? ('ipv4' as const) : ('ipv6' as const),
    })),
  };
}
