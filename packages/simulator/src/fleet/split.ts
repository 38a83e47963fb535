import { Failure } from '@tenkai/domain/failure.ts';
import '../failures.ts';
import { connectionsOf, machinesPerAddress, type SystemLimits } from './limits.ts';

/** The numbers of each process: every machine in exactly one, in ranges of nearly the same size. */
export function splitFleet(
  count: number,
  processes: number,
): { readonly from: number; readonly to: number }[] {
  return Array.from({ length: processes }, (_, place) => ({
    from: Math.floor((count * place) / processes),
    to: Math.floor((count * (place + 1)) / processes),
  })).filter(({ from, to }) => from < to);
}

/**
 * The loopback address from which a machine speaks; null where the site is elsewhere and loopback leads nowhere.
 * @throws Failure simulator-too-many-machines where a single address has too few ports
 */
export function planAddresses(input: {
  readonly count: number;
  readonly host: string;
  readonly isLoopback: boolean;
  readonly limits: Pick<SystemLimits, 'ports'>;
}): (index: number) => string | null {
  const { count, host, isLoopback, limits } = input;
  if (isLoopback) return loopbackAddress;
  const needed = connectionsOf(count);
  if (needed > limits.ports)
    throw new Failure('simulator-too-many-machines', { count, needed, host, ports: limits.ports });
  return () => null;
}

/** 127.1.0.1 and up: RFC 6890 gives 127.0.0.0/8 to the host itself, and Linux answers to all of it. */
function loopbackAddress(index: number): string {
  const block = Math.floor(index / machinesPerAddress);
  return `127.1.${Math.floor(block / 250)}.${1 + (block % 250)}`;
}
