import { lookup } from 'node:dns/promises';
import { existsSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { FirewallFact } from '@tenkai/domain';
import {
  type FirewallInput,
  type FirewallReport,
  firewallFact,
  firewallRules,
  parsePortRange,
  rulesOfProgram,
} from '@tenkai/domain/firewall/index.ts';
import { type Procedure, windowsProgram } from '@tenkai/domain/firewall/procedure.ts';
import type { DataFolder } from '../data-folder.ts';
import { writeDurably } from '../durable-file.ts';
import { run } from '../platform/shell.ts';
import { systemRoot } from '../platform/windows/environment.ts';
import { decodeConsole } from '../platform/windows/registry.ts';
import type { Settings } from '../settings.ts';
import { readSiteFacts } from '../site-facts.ts';

const askLimitMs = 60_000;

/** Carries a procedure of the firewall out on this machine. @throws what the procedure throws */
export async function carryOut<T>(procedure: Procedure<T>, signal: AbortSignal): Promise<T> {
  let step = procedure.next();
  while (!step.done) {
    const { program, args } = step.value;
    const limits = { timeoutMs: askLimitMs, signal };
    // `name="..."`: quoted again, the quotes would be a part of the rule's name.
    const ofWindows = { ...limits, isVerbatim: true, decode: decodeConsole };
    step = procedure.next(
      process.platform === 'win32'
        ? await run(windowsProgram(program, systemRoot()), args, ofWindows)
        : await run(program, args, limits),
    );
  }
  return step.value;
}

/** What this machine has to let in: by its settings, what its site tells its agents, and where that is. */
export async function firewallInput(data: DataFolder, settings: Settings): Promise<FirewallInput> {
  const { multicast: ports, siteAddresses, profiles = [] } = settings.firewall ?? {};
  const multicast =
    ports === undefined ? readSiteFacts(data, settings)?.multicastPorts : parsePortRange(ports);
  const needs = {
    ...(multicast ? { multicast } : {}),
    siteAddresses: siteAddresses ?? (await addressesOf(settings.server)),
  };
  const system = process.platform === 'win32' ? 'windows' : 'linux';
  const rules = firewallRules('agent', needs);
  // The engine, which receives, runs by the same program, wherever the agent was installed to.
  const own = system === 'windows' ? rulesOfProgram(rules, process.execPath) : rules;
  return { role: 'agent', rules: own, profiles, system };
}

/** Empty where there is no site yet, or its name is not known at this moment. */
async function addressesOf(server: string | undefined): Promise<string[]> {
  if (server === undefined || !URL.canParse(server)) return [];
  const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return [host];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address).sort();
}

/** While this file is there, the service brings back what somebody takes out (BFWL-04). */
const markOf = (data: DataFolder) => join(data.root, 'firewall-open');

export function isKeptOpen(data: DataFolder, { firewall }: Settings): boolean {
  return firewall?.mode === 'keep' || (firewall?.mode !== 'report' && existsSync(markOf(data)));
}

export function keepOpen(data: DataFolder, isKept: boolean): void {
  if (isKept) writeDurably(markOf(data), 'opened by tenkai-agent firewall open\n', 0o644);
  else rmSync(markOf(data), { force: true });
}

/** What the site is told. */
export const factOf = (report: FirewallReport): FirewallFact =>
  firewallFact(report, 'tenkai-agent firewall open');
