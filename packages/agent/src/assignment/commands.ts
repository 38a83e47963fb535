import { type Command, Option } from 'commander';
import type { DataFolder } from '../data-folder.ts';
import type { AssignOptions } from './options.ts';

type Env = Readonly<Record<string, string | undefined>>;

const several = (value: string, before: string[] = []) => [...before, value];

/** `tenkai-agent assign`; what it does is loaded when somebody asks for it, never by the service. */
export function addAssignCommand(program: Command, env: Env, data: () => DataFolder): void {
  program
    .command('assign')
    .description('find the site of this machine, by what was given or is given now')
    .argument(
      '[NAME=VALUE...]',
      'SITECODE MP LDAP LDAPUSER LDAPSECRET LDAPCA LOCATOR DNSSUFFIX FSP ROOTFINGERPRINT TICKET PATCH HOLD; "NAME=" takes one away',
    )
    .option('--explain', 'tell of each source what was asked and what came of it')
    .option('--json', 'as JSON', false)
    .option('--dry-run', 'look, and change nothing')
    .option('--no-check', 'do not look whether the names of servers are known here')
    .option('--no-search', 'only keep the properties; the service searches')
    .option('--hold', 'ask nobody until it is released: for a machine whose disk becomes an image')
    .option('--release', 'search again after a hold')
    .option('--properties-file <file>', 'further properties, one or more in a line; -: standard input')
    .option('--dns-server <address>', 'name server to ask, ADDRESS or ADDRESS:PORT', several)
    .addOption(new Option('--by-installation', "for the packages' scripts").hideHelp())
    .action(async (words: string[], options: AssignOptions) => {
      const { assign } = await import('./assign.ts');
      await assign({ data: data(), env, now: Date.now }, words, options);
    });
  program
    .command('config')
    .description('what this machine was told')
    .exitOverride()
    .command('show')
    .description('show the properties as they are, and what brought each: installer, assign, patch')
    .option('--json', 'as JSON', false)
    .exitOverride()
    .action(async ({ json }: { json: boolean }) => {
      const { showConfig } = await import('./show-config.ts');
      await showConfig({ data: data(), env }, json);
    });
  program
    .command('properties')
    .description('show what became of the properties: value, origin, time and version')
    .argument('[name]', 'only this one, such as FSP')
    .option('--json', 'as JSON', false)
    .action(async (name: string | undefined, { json }: { json: boolean }) => {
      const { showHistory } = await import('./show-history.ts');
      await showHistory({ data: data(), env }, name, json);
    });
}
