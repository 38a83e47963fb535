import { type Mutant, mutants } from './mutant.ts';

const tests = ['firewall/windows-admission.test.ts', 'firewall/windows.test.ts'];

/** What a firewall lets in. */
export const firewallRules: readonly Mutant[] = [
  ...mutants(
    "BFWL-03, BFWL-04: Windows' firewall: what counts on a profile, and that a block wins",
    'firewall/windows-admission.ts',
    tests,
    ["if (!state.isOn) return { comesIn: true, why: 'given' };", ''],
    ["if (state.isShielded) return { comesIn: false, why: 'shielded' };", ''],
    ['each.isLocal ? state.hasLocalRules : true', 'true'],
    ['const allowing = blocking ? [] :', 'const allowing ='],
    ['isActive && isIn && (', '('],
    ['profiles === null || profiles.includes(profile)', 'true'],
    ['next = last + 1', 'next = last + 2'],
    ['first <= rule.last && last >= rule.first', 'first <= rule.first && last >= rule.last'],
    ['!isSpoilt &&', ''],
  ),
  ...mutants(
    "BFWL-03: Windows' firewall: a policy before the machine's own settings",
    'firewall/windows-policy.ts',
    tests,
    ['[ofGroup, managed, ofMachine]', '[ofMachine, managed, ofGroup]'],
    ["setting('EnableFirewall', true)", "setting('EnableFirewall', false)"],
    ['isLocal: store === ofMachine', 'isLocal: true'],
  ),
];
