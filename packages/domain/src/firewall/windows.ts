import type { Backend, RuleState } from './backend.ts';
import { type Act, type Ask, ask, type Procedure } from './procedure.ts';
import { type FirewallRule, portText } from './rule.ts';

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

/**
 * Windows' own firewall. Rules are made whether it is on or not: turned on later, it has them (BFWL-03). netsh speaks
 * the system's language; only its exit status tells whether a rule is there. It cannot list by the beginning of a
 * name, so rules for ports that the site has given up are only found while `former` names them.
 */
export function windows(former: readonly FirewallRule[] = []): Backend {
  return {
    name: 'windows',
    *presence() {
      return (yield netsh('advfirewall', 'show', 'allprofiles')).code === 0 ? 'active' : 'absent';
    },
    *look({ rules, profiles }) {
      const states: RuleState[] = [];
      const open: Act[] = [];
      const close: Act[] = [];
      for (const rule of rules) {
        const act = { ask: advRule(rule, profiles), undo: advDelete(rule.name) };
        const found = yield* find(rule);
        const isThere = found === 'there';
        const state = isThere ? 'open' : 'missing';
        states.push({ rule: rule.name, backend: 'windows', where: profiles.join(',') || 'any', state });
        if (found !== 'absent') close.push({ ask: act.undo, undo: isThere ? act.ask : null });
        if (found === 'of-another') open.push({ ask: act.undo, undo: null });
        if (!isThere) open.push(act);
      }
      const names = rules.map(({ name }) => name);
      for (const rule of former.filter(({ name }) => !names.includes(name))) {
        if ((yield* find(rule)) === 'absent') continue;
        const act = { ask: advDelete(rule.name), undo: advRule(rule, profiles) };
        open.push(act);
        close.push(act);
      }
      return { states, open, close };
    },
  };
}

/**
 * `of-another`: a rule of this name lets another program in, such as one of a folder that the agent has left. What netsh
 * shows beyond ASCII is in the system's code page and cannot be compared: the name has to do then.
 */
function* find(rule: FirewallRule): Procedure<'there' | 'of-another' | 'absent'> {
  const program = rule.kind === 'port' ? rule.program : undefined;
  const isComparable = program !== undefined && /^[\x20-\x7e]+$/.test(program);
  const more = isComparable ? ['verbose'] : [];
  const { code, stdout } = yield advfirewall('show', 'rule', `name="${rule.name}"`, ...more);
  if (code !== 0) return 'absent';
  return isComparable && !stdout.toLowerCase().includes(program.toLowerCase()) ? 'of-another' : 'there';
}
