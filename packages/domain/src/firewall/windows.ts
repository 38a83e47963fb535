import type { Backend, Look, RuleState, Wanted } from './backend.ts';
import { type Ask, ask } from './procedure.ts';
import { type FirewallRule, portText } from './rule.ts';
import { type Admission, admission, isElsewhere, isMade, namedRules } from './windows-admission.ts';
import { readWindowsPolicy, type WindowsPolicy } from './windows-policy.ts';
import { type WindowsProfile, windowsProfiles } from './windows-rule.ts';

/** One line for the command prompt, as netsh takes it; the words are quoted as a person quotes them. */
export const netsh = (...words: string[]): Ask => ask('netsh', ...words);
const advfirewall = (...words: string[]) => netsh('advfirewall', 'firewall', ...words);

/** BFWL-12. */
export function advPort(name: string, protocol: 'tcp' | 'udp', port: string, ...more: string[]): Ask {
  const what = [`protocol=${protocol}`, `localport=${port}`, 'action=allow'];
  return advfirewall('add', 'rule', `name="${name}"`, 'dir=in', ...what, ...more);
}

const echoType = { ipv4: 'icmpv4:8,any', ipv6: 'icmpv6:128,any' } as const;

/** BFWL-20..22; without `remoteip` the answer to an echo request goes to everybody. */
export function advEcho(
  name: string,
  family: 'ipv4' | 'ipv6',
  remote: string | null,
  ...more: string[]
): Ask {
  const scope = remote === null ? [] : [`remoteip=${remote}`];
  const what = [`protocol=${echoType[family]}`, 'dir=in', ...scope, 'action=allow'];
  return advfirewall('add', 'rule', `name="${name}"`, ...what, ...more);
}

export const advDelete = (name: string): Ask => advfirewall('delete', 'rule', `name="${name}"`);

/** A rule by `netsh advfirewall`, from Windows Vista and Windows Server 2008 on. */
export function advRule(rule: FirewallRule, profiles: readonly string[] = []): Ask {
  const profile = profiles.length > 0 ? [`profile=${profiles.join(',')}`] : [];
  const program = rule.kind === 'port' && rule.program ? [`program="${rule.program}"`] : [];
  return rule.kind === 'port'
    ? advPort(rule.name, rule.protocol, portText(rule), ...program, ...profile)
    : advEcho(rule.name, rule.family, rule.source, ...profile);
}

/** Of rules that `advRule` has made for that side of a site, and nobody else (BFWL-09). */
const ownNames = {
  server: /^Tenkai\((TCP|UDP):[\d-]+\)$/,
  agent: /^Tenkai\(agent (TCP:[\d-]+|UDP:[\d-]+|ICMPv4:[\d.]+|ICMPv6:[\da-f:.]+)\)$/,
} as const;

/**
 * Windows' own firewall: looked at in the registry, changed by netsh. Rules are made whether it is on or not: turned on
 * later, it has them (BFWL-03). One object looks once.
 */
export function windows(): Backend {
  let policy: WindowsPolicy | undefined;
  return {
    name: 'windows',
    *presence() {
      // It fails where the firewall's service does not run: nothing is guarded, and nothing could be changed.
      if ((yield netsh('advfirewall', 'show', 'allprofiles')).code !== 0) return 'absent';
      policy = yield* readWindowsPolicy();
      if (policy === undefined) return 'absent';
      return Object.values(policy.profiles).some(({ isOn }) => isOn) ? 'active' : 'off';
    },
    *look(wanted) {
      policy ??= yield* readWindowsPolicy();
      return policy === undefined ? { states: [], open: [], close: [] } : lookAt(policy, wanted);
    },
  };
}

function lookAt(policy: WindowsPolicy, { role, rules, profiles }: Wanted): Look {
  const asked = profilesOf(policy, profiles);
  const each = rules.map((rule) => {
    const add = { ask: advRule(rule, profiles), undo: advDelete(rule.name) };
    const remove = (undo: Ask | null) =>
      namedRules(rule, policy).length > 0 ? [{ ask: add.undo, undo }] : [];
    // Named profiles leave the others out (BFWL-11).
    const isThere = isMade(rule, policy, asked) && !(profiles.length > 0 && isElsewhere(rule, policy, asked));
    return {
      state: stateOf(rule, policy, asked),
      // What has its name and is not as it should be cannot be made again.
      open: isThere ? [] : [...remove(null), add],
      close: remove(isThere ? add.ask : null),
    };
  });
  const stale = staleNames(policy, role, rules).map((name) => ({ ask: advDelete(name), undo: null }));
  return {
    states: each.map(({ state }) => state),
    open: [...stale, ...each.flatMap(({ open }) => open)],
    close: [...stale, ...each.flatMap(({ close }) => close)],
  };
}

/** Those that are asked for, else those that guard; where none does, all: rules are made for the day on which one does. */
function profilesOf({ profiles }: WindowsPolicy, names: readonly string[]): readonly WindowsProfile[] {
  const named = windowsProfiles.filter((profile) => names.includes(profile));
  if (named.length > 0) return named;
  const guarding = windowsProfiles.filter((profile) => profiles[profile].isOn);
  return guarding.length > 0 ? guarding : windowsProfiles;
}

/** Our rules for what the site has given up. */
function staleNames(policy: WindowsPolicy, role: Wanted['role'], rules: readonly FirewallRule[]): string[] {
  const wanted = rules.map(({ name }) => name);
  const ours = policy.rules.filter(({ isLocal, name }) => isLocal && ownNames[role].test(name));
  return [...new Set(ours.map(({ name }) => name))].filter((name) => !wanted.includes(name));
}

function stateOf(rule: FirewallRule, policy: WindowsPolicy, asked: readonly WindowsProfile[]): RuleState {
  const found = asked.map((profile) => ({ profile, ...admission(rule, policy, profile) }));
  const closed = found.filter(({ comesIn }) => !comesIn);
  const told = (closed.length > 0 ? closed : found).map(({ profile }) => profile);
  const where = told.length === windowsProfiles.length ? 'any' : told.join(',');
  const state = { rule: rule.name, backend: 'windows', where } as const;
  const remedy = closed.map((each) => byHand(each, rule)).find((text) => text !== undefined);
  if (remedy !== undefined) return { ...state, state: 'manual', remedy };
  if (closed.length > 0) return { ...state, state: 'missing' };
  return { ...state, state: found.some(({ why }) => why === 'own') ? 'open' : 'given' };
}

const mostNameChars = 200;

/** What no rule of ours can change; undefined: one can. */
function byHand(
  found: Admission & { readonly profile: WindowsProfile },
  rule: FirewallRule,
): string | undefined {
  const { profile, why } = found;
  if (why === 'blocked')
    return `The rule "${found.by.slice(0, mostNameChars)}" of Windows' firewall blocks it, and a rule that blocks wins: disable that rule, or limit it to what it is for.`;
  if (why === 'shielded')
    return `Windows blocks all incoming connections there: netsh advfirewall set ${profile}profile firewallpolicy blockinbound,allowoutbound`;
  if (why === 'policy-only')
    return `The policy of this machine lets no local rules count there: make the rule ${rule.name} in the policy itself.`;
  return undefined;
}
