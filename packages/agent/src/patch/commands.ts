import type { Command } from 'commander';
import type { DataFolder } from '../data-folder.ts';
import type { PatchOptions } from './options.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** `tenkai-agent patch`. What it does is loaded only when it does it: the service stays small. */
export function addPatchCommands(program: Command, env: Env, entry: string, data: () => DataFolder): void {
  const noun = program.command('patch').description('patches of this agent').exitOverride();
  const scene = () => ({ data: data(), env, entry });
  const verb = (name: string, about: string) =>
    noun.command(name).description(about).option('--json', 'as JSON', false).exitOverride();
  const noRestart = ['--no-restart', 'leave the service as it runs'] as const;
  verb('apply', 'apply a patch; every property stays, unless it is named')
    .argument(
      '<file>',
      'file that ends in .tkp (on Windows .msp, with its .msp.sig beside it), its https address, or the id under which the site has it (.tkp)',
    )
    .argument('[NAME=VALUE...]', 'properties to change with it; "NAME=" takes one away')
    .option('--dry-run', 'show what would become of programs and properties')
    .option('--as-original', 'show, too, which properties the original would have lost; changes nothing')
    .option(...noRestart)
    .action(async (file: string, words: string[], options: PatchOptions) =>
      (await import('./perform.ts')).apply(scene(), file, words, options),
    );
  verb('list', 'show the patches that are applied, and whether each is whole').action(
    async (options: PatchOptions) => (await import('./perform.ts')).list(scene(), options),
  );
  verb('check', 'status 0 where the patch, or one that holds it, is applied and whole')
    .argument('<id>', 'such as TK1001')
    .action(async (id: string) => (await import('./perform.ts')).check(scene(), id));
  verb('rollback', 'take the latest patch back, with the properties that were changed with it')
    .argument('<id>', 'such as TK1001')
    .option(...noRestart)
    .action(async (id: string, options: PatchOptions) =>
      (await import('./perform.ts')).rollBack(scene(), id, options),
    );
  verb('settle', 'after an installation: apply again what it has undone, and what PATCH= names').action(
    async (options: PatchOptions) => (await import('./perform.ts')).settle(scene(), options),
  );
}
