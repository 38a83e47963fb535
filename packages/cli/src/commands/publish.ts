import { resolve } from 'node:path';
import {
  containerOf,
  type PublicationChanges,
  parseDirectoryUrl,
  parseRoleAddress,
  publicationChanges,
  publishedEntries,
  schemaForms,
  schemaText,
  siteEntryOf,
} from '@tenkai/domain';
import { directoryAttributes, directoryClasses } from '@tenkai/domain/assignment/directory-schema.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { boundaryRoutes } from '@tenkai/protocol/api/boundaries.ts';
import { getSite } from '@tenkai/protocol/api/site.ts';
import { type Directory, openDirectory } from '@tenkai/protocol/ldap/directory.ts';
import { type Command, Option } from 'commander';
import { confirm } from '../prompt.ts';
import { readText } from '../read-file.ts';
import { acting, type Cli, type Session } from '../session.ts';
import { refuseOpenFile } from '../settings.ts';

interface LdapOptions {
  readonly url: string;
  readonly user?: string;
  readonly secretFile?: string;
  readonly caFile?: string;
  readonly managementPoint?: readonly string[];
  readonly dryRun?: boolean;
  readonly remove?: boolean;
  readonly yes?: boolean;
}

const several = (value: string, before: string[] = []) => [...before, value];

/** `tenkai publish`: tells a directory where this site is, so that machines find it there (SITE-15). */
export function addPublishCommands(program: Command, cli: Cli) {
  const noun = program.command('publish').description('publish this site where its machines look for it');
  noun
    .command('ldap')
    .description('write site, servers and boundaries into a directory; again: only what has changed')
    .requiredOption('--url <url>', 'ldaps://HOST/BASE, or ldap://HOST/BASE (StartTLS)')
    .option('--user <name>', 'who writes: a distinguished name, or NAME@DOMAIN')
    .option('--secret-file <file>', "file with that user's secret, mode 0600; -: standard input")
    .option('--ca-file <file>', 'PEM of the authority of its certificate; default: those of this machine')
    .option('--management-point <url>', 'server of this site; default: the one this asks', several)
    .option('--dry-run', 'tell what would be written, and write nothing')
    .option('--remove', 'take the entries of this site away again')
    .option('--yes', 'do not ask')
    .action(acting(cli, publishLdap));
  noun
    .command('ldap-schema')
    .description('print the schema that the directory has to know beforehand; asks no site')
    .addOption(
      new Option('--for <form>', 'LDIF for cn=config, or a file for slapd.conf')
        .choices([...schemaForms])
        .default('openldap'),
    )
    .action(acting(cli, printSchema));
}

async function printSchema({ output }: Session, { for: form }: { for: (typeof schemaForms)[number] }) {
  const text = schemaText(form);
  output.result({ form, text }, () => text.trimEnd());
}

/** @throws Failure usage-wrong, directory-*, token-file-open */
async function publishLdap(session: Session, options: LdapOptions) {
  const { output, terminal, signal } = session;
  const place = parseDirectoryUrl(options.url);
  if (!place) throw new Failure('directory-address-wrong', { value: options.url });
  const wanted = await publicationOf(session, options, place.base);
  if (options.remove && !options.dryRun)
    await confirm(terminal, `Take ${wanted.siteCode} out of ${place.server}?`, options.yes);
  const directory = await openDirectory(
    { server: place.server, ...(await trustOf(session, options)) },
    signal,
  );
  try {
    const present = await directory.search({
      base: containerOf(place.base),
      scope: 'sub',
      classes: Object.keys(directoryClasses),
      attributes: ['objectClass', ...Object.keys(directoryAttributes)],
    });
    const own = siteEntryOf(place.base, wanted.siteCode);
    const changes = publicationChanges(options.remove ? [] : wanted.entries, present ?? [], own);
    if (!options.dryRun) await write(directory, changes);
    output.result({ ...changes, isDryRun: options.dryRun === true }, () => summary(changes, options));
  } finally {
    directory.close();
  }
}

async function publicationOf({ connect }: Session, options: LdapOptions, base: string) {
  const { client, url } = await connect();
  const [{ code: siteCode, name: siteName }, { items: boundaries }] = await Promise.all([
    client(getSite),
    client(boundaryRoutes.list),
  ]);
  const managementPoints = (options.managementPoint ?? [url]).map(serverOf);
  return {
    siteCode,
    entries: publishedEntries(base, { siteCode, siteName, managementPoints, boundaries }),
  };
}

function serverOf(text: string): string {
  const read = parseRoleAddress(text);
  if ('url' in read) return read.url;
  const problem = `"${text}" is no address of a server; give NAME, NAME:PORT or https://NAME:PORT.`;
  throw new Failure('usage-wrong', { problem, command: 'tenkai publish ldap' });
}

async function trustOf({ terminal }: Session, { user, secretFile, caFile }: LdapOptions) {
  if ((user === undefined) !== (secretFile === undefined)) {
    const problem = '--user and --secret-file belong together.';
    throw new Failure('usage-wrong', { problem, command: 'tenkai publish ldap' });
  }
  const ca = caFile === undefined ? undefined : await readText(terminal, caFile);
  if (user === undefined || secretFile === undefined) return { ca };
  const secret = (await readText(terminal, secretFile)).replace(/\r?\n$/, '');
  if (secretFile !== '-') await refuseOpenFile(resolve(terminal.cwd, secretFile));
  if (secret === '') throw new Failure('file-unreadable', { path: secretFile, reason: 'it is empty' });
  return { ca, user: { name: user, secret } };
}

/** What has gone goes first: a boundary that was removed assigns nobody while the others are written. */
async function write(directory: Directory, { added, changed, removed }: PublicationChanges) {
  for (const dn of removed) await directory.remove(dn);
  for (const entry of added) await directory.add(entry);
  for (const entry of changed) await directory.replace(entry);
}

function summary({ added, changed, removed, unchanged }: PublicationChanges, { dryRun }: LdapOptions) {
  const lines = [
    ...removed.map((dn) => `- ${dn}`),
    ...added.map(({ dn }) => `+ ${dn}`),
    ...changed.map(({ dn }) => `~ ${dn}`),
  ];
  const sum = `${added.length} added, ${changed.length} changed, ${removed.length} removed, ${unchanged} as they were`;
  return [...lines, dryRun ? `Nothing was written: ${sum}.` : `${sum}.`].join('\n');
}
