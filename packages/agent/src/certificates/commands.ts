import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { DataFolder } from '../data-folder.ts';
import type { BundleOptions, CommonOptions, PurgeOptions, WithdrawOptions } from './options.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** `tenkai-agent cert` and `tenkai-agent trust`; what they do is loaded only when they do it. */
export function addIdentityCommands(program: Command, env: Env, data: () => DataFolder, entry: string): void {
  const verbs = (noun: Command) => (name: string, about: string) =>
    noun.command(name).description(about).option('--json', 'as JSON', false).exitOverride();
  const purging = (command: Command) =>
    command
      .option('--dry-run', 'only tell what would be removed')
      .option('--yes', 'do not ask: it is removed for ever');
  const deps = () => ({ env, data: data() });
  const cert = verbs(
    program.command('cert').description('certificates and keys of this machine').exitOverride(),
  );
  cert('list', 'list the certificates of the stores Tenkai and SMS, and the keys').action(
    async (options: CommonOptions) => (await import('./perform.ts')).list(deps(), options),
  );
  purging(cert('purge', 'remove certificates and private keys; the service must be stopped')).action(
    async (options: PurgeOptions) => (await import('./perform.ts')).purge(deps(), options),
  );
  cert('withdraw', 'remove the store Tenkai, for an agent that goes; its next start would make it anew')
    .option('--removal-of <version>', 'only where the package of that version has brought this agent')
    .action(async (options: WithdrawOptions) =>
      (await import('./perform.ts')).withdraw({ ...deps(), programs: dirname(resolve(entry)) }, options),
    );
  cert('renew', 'make new keys and certificates; the machine stays the same for its site').action(
    async (options: CommonOptions) => (await import('./renew.ts')).renew(deps(), options),
  );
  const withPassword = (command: Command) =>
    command.requiredOption('--password-file <file>', 'file with the password, readable by its owner alone');
  withPassword(
    cert(
      'export',
      'write the identity of this machine into an encrypted bundle, for its next system',
    ).argument('<file>', 'the bundle, a PFX'),
  ).action(async (file: string, options: BundleOptions) =>
    (await import('./bundle/perform.ts')).exportBundle(deps(), file, options),
  );
  withPassword(
    cert('import', 'make this machine the one of a bundle; the service must be stopped').argument(
      '<file>',
      'made by export',
    ),
  ).action(async (file: string, options: BundleOptions) =>
    (await import('./bundle/perform.ts')).importBundle(deps(), file, options),
  );
  const trust = verbs(
    program.command('trust').description('the root keys that this machine trusts').exitOverride(),
  );
  trust('list', 'list the trusted root keys, and where each lies').action(async (options: CommonOptions) =>
    (await import('../trust/perform.ts')).list(deps(), options),
  );
  trust('status', 'never contacted, clean, or holds N keys').action(async (options: CommonOptions) =>
    (await import('../trust/perform.ts')).status(deps(), options),
  );
  trust('verify', 'status 0 only where no key is held').action(async (options: CommonOptions) =>
    (await import('../trust/perform.ts')).verify(deps(), options),
  );
  purging(trust('purge', 'forget every trusted root key; the service must be stopped')).action(
    async (options: PurgeOptions) => (await import('../trust/perform.ts')).purge(deps(), options),
  );
}
