import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '@tenkai/domain';
import { netfwProblems } from '@tenkai/domain/firewall/netfw.ts';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import type { Command } from 'commander';
import { acting, type Cli, type Session } from '../../session.ts';

interface NetfwOptions {
  readonly check?: boolean;
  readonly disableFirewall?: boolean;
  readonly yes?: boolean;
}

export function addNetfwCommand(noun: Command, cli: Cli): void {
  noun
    .command('netfw')
    .description(
      'make netfw.inf of Windows XP SP2 open the programs of the old product in both firewall profiles',
    )
    .argument('<file>', 'netfw.inf, as "expand /r netfw.in_" makes it; it is replaced')
    .option('--check', 'tell which lines are broken and change nothing; asks no site')
    .option('--disable-firewall', 'turn the firewall off instead; needs --yes, and is in the audit log')
    .option('--yes', 'confirm --disable-firewall')
    .action(acting(cli, openNetfwFile));
}

async function openNetfwFile(
  { connect, output, terminal }: Session,
  file: string,
  { check, disableFirewall = false, yes = false }: NetfwOptions,
): Promise<void> {
  const path = resolve(terminal.cwd, file);
  const before = await readText(path);
  const problems = netfwProblems(before.text);
  for (const { line, code, text } of problems)
    output.warn(`line ${line}: ${code === 'netfw-line-broken' ? 'broken' : 'of another key'}: ${text}`);
  const broken = problems.find(({ code }) => code === 'netfw-line-broken');
  if (broken) throw new Failure('netfw-broken', { line: broken.line, text: broken.text });
  if (check) return output.result({ problems }, () => 'Every line is whole.');
  if (disableFirewall && !yes) throw new Failure('netfw-off-unconfirmed');
  const { client } = await connect();
  const body = {
    text: before.text,
    ...(disableFirewall ? { disablesFirewall: true, isConfirmed: yes } : {}),
  };
  const { text } = await client(packageRoutes.netfw, { body });
  await writeFile(path, Buffer.concat([before.mark, Buffer.from(text, before.encoding)]));
  const done = disableFirewall ? 'turns the firewall off' : 'opens the programs';
  output.result(
    { file: path, isFirewallDisabled: disableFirewall },
    () => `${file} ${done} in both profiles`,
  );
}

const utf16Mark = Buffer.from([0xff, 0xfe]);

/** UTF-16 with its mark, or bytes of whatever code page, each of which goes back as it was. */
async function readText(path: string) {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new Failure('file-unreadable', { path, reason: cause.message }, { cause });
  });
  if (bytes.subarray(0, 2).equals(utf16Mark))
    return { text: bytes.subarray(2).toString('utf16le'), encoding: 'utf16le' as const, mark: utf16Mark };
  return { text: bytes.toString('latin1'), encoding: 'latin1' as const, mark: Buffer.alloc(0) };
}
