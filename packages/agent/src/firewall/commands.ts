import { Failure } from '@tenkai/domain/failure.ts';
import {
  closeFirewall,
  type FirewallReport,
  firewallStatusText,
  firewallText,
  missingParams,
  missingRules,
  openFirewall,
  planFirewall,
} from '@tenkai/domain/firewall/index.ts';
import type { Command } from 'commander';
import { type DataFolder, makeDataFolder } from '../data-folder.ts';
import { readSettings } from '../settings.ts';
import { closeAgain } from './close-again.ts';
import { carryOut, firewallInput, keepOpen } from './own-firewall.ts';

interface Options {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly automatic?: boolean;
}

const abouts = {
  status: 'list each rule that is needed: open, missing, or to be opened by hand',
  plan: 'print what open would do, as commands to copy; changes nothing',
  open: 'open what the site needs; the service keeps it open from then on',
  check: 'say which rules are missing; status 1 where one is',
  close: 'remove what open made, and nothing else',
} as const;

const limitMs = 5 * 60_000;

/** `tenkai-agent firewall`. */
export function addFirewallCommands(program: Command, data: () => DataFolder): void {
  const noun = program.command('firewall').description('the firewall of this machine').exitOverride();
  for (const [name, about] of Object.entries(abouts) as [keyof typeof acts, string][]) {
    const command = noun.command(name).description(about).option('--json', 'as JSON', false).exitOverride();
    if (name === 'open' || name === 'close') command.option('--dry-run', 'only print what would be done');
    if (name === 'open')
      command.option(
        '--automatic',
        'as at installation: only where there is a firewall, and its settings let it',
      );
    command.action((options: Options) => perform(name, data(), options));
  }
}

const acts = { status: plan, plan, open, check: plan, close } as const;

async function perform(name: keyof typeof acts, data: DataFolder, options: Options): Promise<void> {
  if (process.platform !== 'win32' && process.getuid?.() !== 0)
    throw new Failure('firewall-needs-root', { command: `tenkai-agent firewall ${name}` });
  makeDataFolder(data);
  const report = await acts[name](data, options);
  const text = name === 'status' ? firewallStatusText(report) : firewallText(report);
  process.stdout.write(`${options.json ? JSON.stringify(report, null, 2) : text}\n`);
  if (name === 'check' && missingRules(report).length > 0)
    throw new Failure('firewall-rules-missing', missingParams(report, 'tenkai-agent firewall open'));
}

const limit = () => AbortSignal.timeout(limitMs);

async function plan(data: DataFolder): Promise<FirewallReport> {
  return carryOut(planFirewall(await firewallInput(data, readSettings(data))), limit());
}

async function open(data: DataFolder, { dryRun, automatic }: Options): Promise<FirewallReport> {
  const settings = readSettings(data);
  const planned = await plan(data);
  // Windows takes rules while its firewall is off, for the day on which it is not.
  const hasNone = planned.backends.length === 0 && planned.commands.length === 0;
  const isOff = automatic && (settings.firewall?.mode === 'off' || hasNone);
  if (dryRun || isOff) return planned;
  const report = await carryOut(openFirewall(await firewallInput(data, settings)), limit());
  keepOpen(data, true);
  return report;
}

async function close(data: DataFolder, { dryRun }: Options): Promise<FirewallReport> {
  const input = await firewallInput(data, readSettings(data));
  if (dryRun) return carryOut(planFirewall(input, 'close'), limit());
  // First: the service must not bring it back.
  keepOpen(data, false);
  const signal = limit();
  return closeAgain(() => carryOut(closeFirewall(input), signal), signal);
}
