import { gathering, networkOf } from '@tenkai/domain';
import type { RepresentativeRule } from '@tenkai/protocol/api/multicast.ts';
import { chooseRepresentative } from '@tenkai/transfer/multicast/representative.ts';
import { hearsSite, type Reach } from './reach.ts';

/** A machine as it is known before it asks; addresses with their prefix length: `10.0.0.7/24`. */
export interface ForeseenMachine {
  readonly id: string;
  /** Of all its cards. */
  readonly addresses: readonly string[];
  /** By which it is taken to reach its site; undefined: it has told none. */
  readonly address: string | undefined;
}

/** Machines that ask for one content at the same time. */
export interface ForeseenGroup {
  readonly contentBytes: number;
  readonly machines: readonly ForeseenMachine[];
}

export interface LineRules {
  readonly reach: Reach;
  readonly rules: ReadonlyMap<string, RepresentativeRule>;
}

/**
 * To which of the machines the content comes over the line of their subnet; the others hear it in there. By the
 * functions that gather machines and choose representatives; what a machine tells of itself only when it asks
 * (battery, free bytes, card) is taken to speak for it. Pure. Source: BSCN-07, BSCN-26.
 */
export function foreseeLines(
  { contentBytes, machines }: ForeseenGroup,
  { reach, rules }: LineRules,
): Set<string> {
  const crossing = new Set<string>();
  const near: ForeseenMachine[] = [];
  const far = new Map<string, ForeseenMachine[]>();
  for (const machine of machines) {
    const network = networkOf(machine.address ?? '');
    if (hearsSite(reach, machine.addresses)) near.push(machine);
    else if (network === undefined) crossing.add(machine.id);
    else far.set(network, [...(far.get(network) ?? []), machine]);
  }
  for (const { id } of siteSends(near)) crossing.add(id);
  for (const group of far.values())
    for (const id of subnetFetches(group, contentBytes, rules)) crossing.add(id);
  return crossing;
}

/** The site's one stream goes once over the line of each network in which it is heard. */
function siteSends(near: readonly ForeseenMachine[]): readonly ForeseenMachine[] {
  if (!gathers(near.length)) return near;
  const first = new Map<string | undefined, ForeseenMachine>();
  for (const machine of near) {
    const network = networkOf(machine.address ?? '');
    if (!first.has(network)) first.set(network, machine);
  }
  return [...first.values()];
}

function subnetFetches(
  group: readonly ForeseenMachine[],
  contentBytes: number,
  rules: LineRules['rules'],
): readonly string[] {
  const ids = group.map(({ id }) => id);
  if (!gathers(ids.length)) return ids;
  const candidates = ids.map((machine) => ({
    ...{ machine, isOnline: true, power: 'mains' as const, freeDiskBytes: Number.MAX_SAFE_INTEGER },
    ...{ linkMbits: 0, isWireless: false, haveBytes: 0, failures: 0, rule: rules.get(machine) },
  }));
  const { machine } = chooseRepresentative(candidates, contentBytes);
  return machine === undefined ? ids : [machine];
}

/** All that can ask have asked. */
const gathers = (count: number) =>
  gathering({ asked: count, expected: count, waitedMs: 0, limitMs: 0 }) === 'begins';
