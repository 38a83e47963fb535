import type { FirewallRule } from './rule.ts';
import type { StoredRule, WindowsPolicy } from './windows-policy.ts';
import { isRemote, type WindowsProfile, type WindowsRule, windowsProfiles } from './windows-rule.ts';

/** Whether something comes in: by a rule of ours, anyhow, or not, and why; `by` is the name of the rule that blocks. */
export type Admission =
  | { readonly comesIn: true; readonly why: 'own' | 'given' }
  | { readonly comesIn: false; readonly why: 'no-rule' | 'shielded' | 'policy-only' }
  | { readonly comesIn: false; readonly why: 'blocked'; readonly by: string };

/** What Windows does with it on networks of that profile: a rule that blocks wins over each that allows. */
export function admission(rule: FirewallRule, policy: WindowsPolicy, profile: WindowsProfile): Admission {
  const state = policy.profiles[profile];
  if (!state.isOn) return { comesIn: true, why: 'given' };
  if (state.isShielded) return { comesIn: false, why: 'shielded' };
  const counting = policy.rules
    .filter((each) => (each.isLocal ? state.hasLocalRules : true))
    .filter((each) => holdsOn(each, profile));
  const blocking = counting.find((each) => blocks(each, rule));
  // One of our own name is taken away by opening.
  if (blocking && !isNamed(blocking, rule)) return { comesIn: false, why: 'blocked', by: blocking.name };
  const allowing = blocking ? [] : counting.filter((each) => allows(each, rule));
  if (allowing.some((each) => isNamed(each, rule))) return { comesIn: true, why: 'own' };
  if (allowing.length > 0 || (state.letsInByDefault && !blocking)) return { comesIn: true, why: 'given' };
  return { comesIn: false, why: state.hasLocalRules ? 'no-rule' : 'policy-only' };
}

/** The machine's own rules of that name, whatever they do. */
export const namedRules = (rule: FirewallRule, policy: WindowsPolicy) =>
  policy.rules.filter((each) => each.isLocal && isNamed(each, rule));

/** Whether a rule of ours lets something in on another profile than these. */
export function isElsewhere(rule: FirewallRule, policy: WindowsPolicy, profiles: readonly WindowsProfile[]) {
  const others = windowsProfiles.filter((profile) => !profiles.includes(profile));
  return namedRules(rule, policy).some((each) => others.some((profile) => holdsOn(each, profile)));
}

/** Whether rules of ours would let it in on each of these profiles, were the firewall on there and nothing else against it. */
export function isMade(
  rule: FirewallRule,
  policy: WindowsPolicy,
  profiles: readonly WindowsProfile[],
): boolean {
  const named = namedRules(rule, policy);
  const isSpoilt = named.some(
    (each) => profiles.some((profile) => holdsOn(each, profile)) && blocks(each, rule),
  );
  return (
    !isSpoilt &&
    profiles.every((profile) => named.some((each) => holdsOn(each, profile) && allows(each, rule)))
  );
}

const isNamed = (each: WindowsRule, rule: FirewallRule) => each.name === rule.name;

const holdsOn = ({ isActive, isIn, profiles }: StoredRule, profile: WindowsProfile) =>
  isActive && isIn && (profiles === null || profiles.includes(profile));

function allows(each: WindowsRule, rule: FirewallRule): boolean {
  if (each.action !== 'allow' || each.isLimited || !isFromThere(each, rule) || !coversWhat(each, rule))
    return false;
  return (
    each.program === null || isProgram(each.program, rule) || (isNamed(each, rule) && !isComparable(rule))
  );
}

/** Even a part of it: a session of multicast takes any of its ports. Limits that are not judged may spare it. */
function blocks(each: WindowsRule, rule: FirewallRule): boolean {
  if (each.action !== 'block' || each.isLimited || !touchesWhat(each, rule)) return false;
  if (!isFromThere(each, rule) && !each.remotes?.some(isMany)) return false;
  return each.program === null || isProgram(each.program, rule);
}

/** The machine's own network or everybody; a list of strangers' addresses closes nothing that is needed. */
function isMany(remote: string): boolean {
  if (/^[a-z]+$/i.test(remote)) return manyWords.has(remote.toLowerCase());
  return /^0\.0\.0\.0(-255\.255\.255\.255|\/0(\.0\.0\.0)?)$|^::(\/0|-ffff(:ffff){7})$/i.test(remote);
}

const manyWords: ReadonlySet<string> = new Set(['localsubnet', 'intranet', 'rmtintranet']);

/** What comes to ports may come from everywhere: a rule about some addresses alone says nothing of it. */
const isFromThere = ({ remotes }: WindowsRule, rule: FirewallRule) =>
  remotes === null || (rule.kind === 'echo' && isRemote(remotes, rule.source));

const protocols = { tcp: 6, udp: 17, ipv4: 1, ipv6: 58 } as const;
const echoCodes = { ipv4: ['8:*', '8:0'], ipv6: ['128:*', '128:0'] } as const;

function coversWhat(each: WindowsRule, rule: FirewallRule): boolean {
  if (rule.kind === 'echo') return isOfEcho(each, rule.family);
  if (each.protocol !== null && each.protocol !== protocols[rule.protocol]) return false;
  const ranges = (each.ports ?? [{ first: 0, last: 65_535 }]).toSorted((a, b) => a.first - b.first);
  let next = rule.first;
  for (const { first, last } of ranges) if (first <= next && last >= next) next = last + 1;
  return next > rule.last;
}

function touchesWhat(each: WindowsRule, rule: FirewallRule): boolean {
  if (rule.kind === 'echo') return isOfEcho(each, rule.family);
  if (each.protocol !== null && each.protocol !== protocols[rule.protocol]) return false;
  return each.ports?.some(({ first, last }) => first <= rule.last && last >= rule.first) ?? true;
}

function isOfEcho({ protocol, icmp }: WindowsRule, family: 'ipv4' | 'ipv6'): boolean {
  if (protocol !== null && protocol !== protocols[family]) return false;
  return icmp?.some((text) => echoCodes[family].some((code) => code === text)) ?? true;
}

/** Echo requests are answered by the system itself. */
function isProgram(program: string, rule: FirewallRule): boolean {
  const wanted = rule.kind === 'echo' ? 'system' : ((rule.program ?? rule.servedBy)?.toLowerCase() ?? '');
  const [, variable = '', rest = ''] = /^(%.+?%)(.*)$/.exec(program.toLowerCase()) ?? [];
  const folder = usualFolders[variable];
  if (folder === undefined) return program.toLowerCase() === wanted;
  return wanted.endsWith(rest) && folder.test(wanted.slice(0, -rest.length));
}

/** Dialogs of Windows write paths by variables into the rules that they change. */
const usualFolders: Readonly<Record<string, RegExp>> = {
  '%programfiles%': /^[a-z]:\\program files$/,
  '%systemroot%': /^[a-z]:\\windows$/,
  '%windir%': /^[a-z]:\\windows$/,
  '%systemdrive%': /^[a-z]:$/,
};

/** reg.exe prints what is beyond ASCII in the system's code page, and `?` for what that one does not have. */
const isComparable = (rule: FirewallRule) =>
  rule.kind === 'echo' || /^[\x20-\x7e]*$/.test(rule.program ?? '');
