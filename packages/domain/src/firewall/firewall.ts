import { Failure } from '../failure.ts';
import type { Backend, BackendName, Look, Presence, RuleState, Wanted } from './backend.ts';
import './failures.ts';
import { firewalld, stoppedFirewalld } from './firewalld.ts';
import { nftables } from './nftables.ts';
import { type Act, commandLine, type Procedure } from './procedure.ts';
import { ufw } from './ufw.ts';
import { windows } from './windows.ts';

export interface FirewallInput extends Wanted {
  readonly system: 'linux' | 'windows';
}

/** What was found, and what was or would be done. */
export interface FirewallReport {
  readonly role: Wanted['role'];
  readonly act: 'open' | 'close';
  /** Firewalls that guard this machine now; none: everything comes in, and nothing is to be done. */
  readonly backends: readonly BackendName[];
  readonly rules: readonly RuleState[];
  /** Copyable; what was done where `isDone`, else what would be. */
  readonly commands: readonly string[];
  readonly isDone: boolean;
}

/** Rules that something should be done about. */
export function missingRules({ rules }: Pick<FirewallReport, 'rules'>): RuleState[] {
  return rules.filter(({ state }) => state === 'missing' || state === 'manual');
}

/** What `open` would do, or `close`; changes nothing. */
export function* planFirewall(
  input: FirewallInput,
  act: 'open' | 'close' = 'open',
): Procedure<FirewallReport> {
  const { backends, look } = yield* lookAround(input, act);
  return report({ ...input, act, isDone: false }, backends, look, look[act]);
}

/**
 * Brings every rule of the table in, and takes away those of ours that it no longer names. Done means looked at again.
 * @throws Failure firewall-refused (nothing was changed), firewall-not-open
 */
export function* openFirewall(input: FirewallInput): Procedure<FirewallReport> {
  const { backends, look } = yield* lookAround(input);
  const told = { ...input, act: 'open', isDone: true } as const;
  if (look.open.length === 0) return report(told, backends, look, []);
  yield* carryOutAll(look.open);
  const after = yield* lookAround(input);
  const closed = after.look.states.filter(({ state }) => state === 'missing');
  if (closed.length > 0)
    throw new Failure('firewall-not-open', { rules: closed.map(({ rule }) => rule).join(', ') });
  return report(told, backends, after.look, look.open);
}

/**
 * Takes away what `open` made, and nothing else.
 * @throws Failure firewall-refused (nothing was changed), firewall-not-closed
 */
export function* closeFirewall(input: FirewallInput): Procedure<FirewallReport> {
  const { backends, look } = yield* lookAround(input, 'close');
  yield* carryOutAll(look.close);
  const after = look.close.length > 0 ? (yield* lookAround(input, 'close')).look : look;
  if (after.close.length > 0) throw new Failure('firewall-not-closed', { count: after.close.length });
  return report({ ...input, act: 'close', isDone: true }, backends, after, look.close);
}

/**
 * All that guard, for a packet has to pass every one of them, and that will once they are turned on; to close, also those
 * that only hold rules of ours.
 */
function* lookAround(
  input: FirewallInput,
  act: 'open' | 'close' = 'open',
): Procedure<{ backends: BackendName[]; look: Look }> {
  const found = yield* presentBackends(input.system);
  const active: Look[] = [];
  const idle: Look[] = [];
  for (const { backend, presence } of found) {
    if (presence === 'active' || presence === 'off') active.push(yield* backend.look(input));
    else if (act === 'close') idle.push(yield* backend.look(input));
  }
  const look = {
    states: active.flatMap(({ states }) => states),
    open: active.flatMap(({ open }) => open),
    close: [...active, ...idle].flatMap(({ close }) => close),
  };
  const backends = found.filter(({ presence }) => presence === 'active').map(({ backend }) => backend.name);
  return { backends, look };
}

interface Present {
  readonly backend: Backend;
  readonly presence: Presence;
}

function* presentBackends(system: FirewallInput['system']): Procedure<Present[]> {
  if (system === 'windows') return yield* presentOf([windows()]);
  const found = yield* presentOf([firewalld, stoppedFirewalld, ufw]);
  const has = (name: BackendName) =>
    found.some(({ backend, presence }) => backend.name === name && presence === 'active');
  const plain = nftables({ firewalld: has('firewalld'), ufw: has('ufw') });
  return [...found, ...(yield* presentOf([plain]))];
}

function* presentOf(backends: readonly Backend[]): Procedure<Present[]> {
  const found: Present[] = [];
  for (const backend of backends) {
    const presence = yield* backend.presence();
    if (presence !== 'absent') found.push({ backend, presence });
  }
  return found;
}

/** One after another; where one fails, those before it are taken back, the last first. */
function* carryOutAll(acts: readonly Act[]): Procedure<void> {
  const done: Act[] = [];
  for (const act of acts) {
    const answer = yield act.ask;
    if (answer.code === 0) {
      done.push(act);
      continue;
    }
    const left = yield* takeBack(done);
    const said = (answer.stderr || answer.stdout).trim().slice(-500) || `exit status ${answer.code}`;
    const params = { command: commandLine(act.ask).slice(0, 200) };
    if (left.length === 0) throw new Failure('firewall-refused', params, { detail: said });
    throw new Failure('firewall-half', params, { detail: [said, ...left].join('\n') });
  }
}

/** @returns the commands that could not be taken back */
function* takeBack(done: readonly Act[]): Procedure<string[]> {
  const left: string[] = [];
  for (const { undo } of done.toReversed()) {
    if (undo && (yield undo).code !== 0) left.push(commandLine(undo));
  }
  return left;
}

function report(
  { role, act, isDone }: Pick<FirewallReport, 'role' | 'act' | 'isDone'>,
  backends: readonly BackendName[],
  { states }: Look,
  acts: readonly Act[],
): FirewallReport {
  return { role, act, backends, rules: states, commands: acts.map((each) => commandLine(each.ask)), isDone };
}
