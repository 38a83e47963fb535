import { type Command, Option } from 'commander';

type Env = Readonly<Record<string, string | undefined>>;

const profile = (usual = 'workgroup') =>
  new Option('--profile <profile>', `where the targets will live (default: ${usual})`).choices([
    'domain-published',
    'domain',
    'workgroup',
  ]);

/** `tenkai-agent master`. What it does is loaded only when it does it: the service stays small. */
export function addMasterCommands(program: Command, env: Env): void {
  const noun = program
    .command('master')
    .description('prepare this machine to be captured as an image')
    .exitOverride();
  const verb = (name: string, about: string) =>
    noun
      .command(name)
      .description(about)
      .option('--root <folder>', 'a mounted image instead of this machine')
      .option('--json', 'as JSON', false)
      .exitOverride();
  const siteValues = (command: Command) =>
    command
      .addOption(profile())
      .option('--locator <name>', 'step 5: name by which the targets find their site')
      .option('--dns-suffix <suffix>', 'step 5: the same by DNS')
      .option(
        '--candidates <file>',
        'step 5: sites by boundary, "RANGE SITECODE= MP= ROOTFINGERPRINT=" in a line',
      )
      .option('--root-fingerprint <hex>', "step 5: SHA-256 of the root key of the targets' site")
      .option('--re-capture', 'the machine comes from an earlier image');
  siteValues(verb('prepare', 'do the seven steps, or what is left of them, and audit'))
    .option('--unassign', 'take the machine out of the site to which it belongs')
    .addOption(
      new Option('--step <step>', 'only this step').choices([
        ...['1', '2', '3', '4', '5', '6', '7'],
        'endpoint-protection',
      ]),
    )
    .action(async (options) => (await import('./perform.ts')).prepare(env, options));
  verb('audit', 'say what must not be in an image; status 1 where anything is')
    .addOption(profile())
    .action(async (options) => (await import('./perform.ts')).audit(env, options));
  verb('manifest', 'audit, and write the result into a file, signed; status 1 where anything was found')
    .argument('<file>', 'to be kept beside the image')
    .addOption(profile('as it was prepared, else workgroup'))
    .requiredOption('--key-file <file>', 'private key on P-256 in PEM, readable by its owner alone')
    .action(async (file, options) => (await import('./perform.ts')).manifest(env, file, options));
  verb('verify', 'hold such a file against the image; status 0: signed, of this image, and without findings')
    .argument('<file>', 'made by manifest')
    .addOption(profile('that of the manifest'))
    .requiredOption('--public-key <file>', 'of the key that has signed it, in PEM')
    .option('--accept-findings', 'take an image whose audit has findings')
    .action(async (file, options) => (await import('./perform.ts')).verify(env, file, options));
  verb('status', 'show how far the preparation is').action(async (options) =>
    (await import('./perform.ts')).status(env, options),
  );
  verb('definitions', 'put definition packages of ClamAV into the machine, without a network')
    .argument('<file...>', "main.cvd, daily.cvd, bytecode.cvd; a site's own *.ndb, *.hdb, *.hsb, *.ldb")
    .option('--sums <file>', 'SHA256SUMS of these files; own ones need it')
    .action(async (files, options) => (await import('./perform.ts')).definitions(env, files, options));
  siteValues(verb('runbook', 'print the procedure for this machine, as Markdown'))
    .addOption(
      new Option('--language <language>', 'of the procedure (default: that of the terminal)').choices([
        'en',
        'ja',
      ]),
    )
    .addOption(
      new Option('--system <system>', "of the reference machine (default: this one's)").choices([
        'linux',
        'windows',
      ]),
    )
    .option('--system-version <version>', 'of Windows: 6.1 (Windows 7), 6.3 (8.1), 10.0 (10 and 11)')
    .addOption(
      new Option('--engine <engine>', 'endpoint protection there (default: that of this machine)').choices([
        'scep',
        'clamav',
        'none',
      ]),
    )
    .option('--no-network-inspection', 'SCEP: the network inspection system is off')
    .action(async (options) => (await import('./print-runbook.ts')).runbook(env, options));
}
