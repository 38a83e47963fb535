import type { Backend, Look, RuleState, Wanted } from './backend.ts';
import { type Act, type Ask, ask, type Procedure } from './procedure.ts';
import { type FirewallRole, type FirewallRule, portText } from './rule.ts';

/**
 * firewalld keeps no comments: the priority is our mark. It is below zero so that these rules come before a zone's own
 * denials of everything (firewalld.richlanguage(5)).
 */
export const firewalldPriority: Readonly<Record<FirewallRole, number>> = { server: -7443, agent: -7444 };

type Life = (...args: string[]) => Ask;
const now: Life = (...args) => ask('firewall-cmd', ...args);
const later: Life = (...args) => ask('firewall-cmd', '--permanent', ...args);
const offline: Life = (...args) => ask('firewall-offline-cmd', ...args);

/** Exit status of `firewall-cmd --state` while the service does not run (firewall-cmd(1), NOT_RUNNING). */
const notRunning = 252;

/** Changes what is in force and what the next start brings; never `--reload`, which drops what others set for now. */
export const firewalld: Backend = {
  name: 'firewalld',
  *presence() {
    const { code, stdout } = yield now('--state');
    return code === 0 && stdout.trim() === 'running' ? 'active' : 'absent';
  },
  *look(wanted) {
    const isNamed = wanted.profiles.length > 0;
    const zones = isNamed ? wanted.profiles : yield* zonesInUse();
    const look = yield* lookAtZones([now, later], zones, wanted);
    const elsewhere = yield* leaveOthers(zones, wanted.role);
    // A zone that is only not in use now keeps its rules; one beside those that are named does not.
    return {
      ...look,
      open: [...look.open, ...(isNamed ? elsewhere : [])],
      close: [...look.close, ...elsewhere],
    };
  },
};

/** Its settings while its service is stopped: what the next start would bring. */
export const stoppedFirewalld: Backend = {
  name: 'firewalld',
  *presence() {
    return (yield now('--state')).code === notRunning ? 'idle' : 'absent';
  },
  *look(wanted) {
    const { stdout } = yield offline('--get-zones');
    return yield* lookAtZones([offline], stdout.split(/\s+/).filter(Boolean), wanted);
  },
};

function* lookAtZones(lives: readonly Life[], zones: readonly string[], wanted: Wanted): Procedure<Look> {
  const looks: Look[] = [];
  for (const zone of zones) looks.push(yield* lookAtZone(lives, zone, wanted));
  return {
    states: looks.flatMap(({ states }) => states),
    open: looks.flatMap(({ open }) => open),
    close: looks.flatMap(({ close }) => close),
  };
}

/** Takes rules of ours from every other zone, where an interface was before or which was named. */
function* leaveOthers(zones: readonly string[], role: FirewallRole): Procedure<Act[]> {
  const acts: Act[] = [];
  for (const life of [now, later]) {
    let zone = '';
    const ours = new Map<string, string[]>();
    for (const line of (yield life('--list-all-zones')).stdout.split('\n')) {
      if (/^\S/.test(line)) zone = line.split(' ')[0] ?? '';
      const isOurs = line.trim().startsWith(mark(role)) && !zones.includes(zone);
      if (isOurs) ours.set(zone, [...(ours.get(zone) ?? []), line.trim()]);
    }
    for (const [name, lines] of ours) acts.push(change(life, name, 'remove', lines));
  }
  return acts;
}

/** The default zone, and those that hold an interface or a source. */
function* zonesInUse(): Procedure<string[]> {
  const { stdout: usual } = yield now('--get-default-zone');
  const { stdout: active } = yield now('--get-active-zones');
  // Newer releases mark the default zone: `public (default)`.
  const names = active.split('\n').filter((line) => /^\S/.test(line));
  return [...new Set([usual, ...names].map((line) => line.trim().split(' ')[0] ?? '').filter(Boolean))];
}

function* lookAtZone(lives: readonly Life[], zone: string, { role, rules }: Wanted): Procedure<Look> {
  const wanted = new Map(rules.map((rule) => [richRule(role, rule), rule.name]));
  const open: Act[] = [];
  const close: Act[] = [];
  const missing = new Set<string>();
  for (const life of lives) {
    const { stdout } = yield life(`--zone=${zone}`, '--list-rich-rules');
    const ours = stdout.split('\n').filter((line) => line.startsWith(mark(role)));
    const act = (verb: 'add' | 'remove', lines: readonly string[]) => change(life, zone, verb, lines);
    const absent = [...wanted.keys()].filter((line) => !ours.includes(line));
    const stale = ours.filter((line) => !wanted.has(line));
    for (const line of absent) missing.add(wanted.get(line) ?? '');
    if (absent.length > 0) open.push(act('add', absent));
    if (stale.length > 0) open.push(act('remove', stale));
    if (ours.length > 0) close.push(act('remove', ours));
  }
  const states = [...wanted.values()].map((rule): RuleState => {
    const where = `zone ${zone}`;
    return { rule, backend: 'firewalld', where, state: missing.has(rule) ? 'missing' : 'open' };
  });
  return { states, open, close };
}

function change(life: Life, zone: string, verb: 'add' | 'remove', lines: readonly string[]): Act {
  const command = (which: string) =>
    life(`--zone=${zone}`, ...lines.map((line) => `--${which}-rich-rule=${line}`));
  return { ask: command(verb), undo: command(verb === 'add' ? 'remove' : 'add') };
}

const mark = (role: FirewallRole) => `rule priority="${firewalldPriority[role]}" `;

/** In the order in which firewalld lists it, so that what was added is found again. */
export function richRule(role: FirewallRole, rule: FirewallRule): string {
  if (rule.kind === 'port')
    return `${mark(role)}port port="${portText(rule)}" protocol="${rule.protocol}" accept`;
  const from = `family="${rule.family}" source address="${rule.source}"`;
  return `${mark(role)}${from} icmp-type name="echo-request" accept`;
}
