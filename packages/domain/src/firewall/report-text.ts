import type { RuleState } from './backend.ts';
import { type FirewallReport, missingRules } from './firewall.ts';

const states: Readonly<Record<RuleState['state'], string>> = {
  open: 'open',
  given: 'open already, by a rule that is not ours',
  missing: 'MISSING',
  manual: 'MISSING, to be opened by hand',
};

/** The report for people: each rule with where it stands, then the commands. */
export function firewallText(report: FirewallReport): string {
  if (report.backends.length === 0 && report.commands.length === 0)
    return `No firewall is active on this machine; nothing is to be ${report.act === 'open' ? 'opened' : 'closed'}.`;
  const { act, commands, isDone } = report;
  // What was closed is missing by intent.
  const lines = act === 'open' ? ruleLines(report) : [];
  const title = commands.length === 0 ? 'Nothing is to be changed.' : isDone ? 'Done:' : 'To be done:';
  return [...lines, title, ...commands.map((command) => `  ${command}`)].join('\n');
}

/** Each rule with where it stands, and nothing of what could be done (BFWL-02). */
export function firewallStatusText(report: FirewallReport): string {
  const guards = report.backends.join(', ') || 'none is active: everything comes in';
  return [`Firewall: ${guards}`, ...ruleLines(report)].join('\n');
}

function ruleLines({ rules }: FirewallReport): string[] {
  const width = Math.max(0, ...rules.map(({ rule }) => rule.length));
  return rules.map(({ rule, backend, where, state, remedy }) =>
    [
      `${rule.padEnd(width)}  ${states[state]} (${backend}, ${where})`,
      ...(remedy ? [`  ${remedy}`] : []),
    ].join('\n'),
  );
}

/** What to say where rules are missing. */
export function missingParams(report: FirewallReport, openCommand: string) {
  const missing = missingRules(report);
  const hands = missing.flatMap(({ remedy }) => remedy ?? []);
  const isWindows = report.backends.includes('windows');
  const how = isWindows ? 'Run with administrative rights' : 'Run as root';
  const byCommand = missing.some(({ state }) => state === 'missing') ? [`${how}: ${openCommand}`] : [];
  const names = [...new Set(missing.map(({ rule }) => rule))];
  return { count: names.length, rules: names.join(', '), remedy: [...byCommand, ...hands].join(' ') };
}
