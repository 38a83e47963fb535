import {
  describeDetection,
  displayName,
  draftRefusal,
  type FieldProblem,
  packageDraftProblems,
  packageWarnings,
} from '@tenkai/domain';
import { type PackageDetail, type PackageRow, packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { type DraftProblemReply, toDraftProblemReply } from '@tenkai/protocol/problem.ts';
import { type Command, Option } from 'commander';
import { contentInput } from '../../content-input.ts';
import { bytesText, countText, timeText } from '../../format.ts';
import { confirm } from '../../prompt.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import type { Column } from '../../table.ts';
import { readFolders, uploadBuilt } from '../../upload.ts';
import { addDownloadCommand } from './package-download.ts';
import { draftFrom } from './package-draft.ts';
import { expandPackage, verifyPackage } from './package-files.ts';
import { addNetfwCommand } from './package-netfw.ts';
import { addPackageOptions, type PackageOptions } from './package-options.ts';
import { addPathCommand } from './package-path.ts';
import { addPublishCommand } from './package-publish.ts';

export function addPackageCommands(program: Command, cli: Cli) {
  const noun = program.command('package').description('software packages');
  addPackageOptions(noun.command('create'))
    .description('make a package from folders, or from one .deb or .rpm file')
    .argument('[paths...]', 'folders that the package holds, or one .deb or .rpm file')
    .addHelpText('after', createExamples)
    .action(acting(cli, createPackage));
  addPackageOptions(noun.command('modify'))
    .description('change a package; fields and files that are not named stay')
    .argument('<id>', 'package ID')
    .argument('[paths...]', 'folders that replace the files of the package')
    .option('--no-content', 'the package has no files any more')
    .addHelpText('after', modifyExamples)
    .action(acting(cli, modifyPackage));
  addNetfwCommand(noun, cli);
  addPackageOptions(noun.command('check'))
    .description('tell what is wrong with a package without making it; asks no site')
    .argument('[paths...]', 'as of create')
    .action(acting(cli, checkPackage));
  noun
    .command('list')
    .description('list packages')
    .option('--search <words>', 'words of ID, name, publisher, version, type, operating system or summary')
    .addOption(new Option('--type <type>', 'only of this type'))
    .action(acting(cli, listPackages));
  noun
    .command('show')
    .description('show a package with its files and history')
    .argument('<id>', 'package ID')
    .option('--files', 'list the files, too')
    .option('--draft', 'print the descriptor alone, for create --from')
    .action(acting(cli, showPackage));
  noun
    .command('remove')
    .description('delete a package that nothing needs')
    .argument('<id>', 'package ID')
    .option('--yes', 'do not ask')
    .action(acting(cli, removePackage));
  noun
    .command('verify')
    .description('read every part of the content at the site and at each distribution point')
    .argument('<id>', 'package ID')
    .option('--repair', 'replace bad parts')
    .action(acting(cli, verifyPackage));
  noun
    .command('place')
    .description('choose the distribution points that hold a package, beside those that take all')
    .argument('<id>', 'package ID')
    .argument('[points...]', 'ids of distribution points; "site" is the server itself')
    .action(acting(cli, placePackage));
  addPublishCommand(noun, cli);
  addPathCommand(noun, cli);
  addDownloadCommand(noun, cli);
  noun
    .command('expand')
    .description('expand an archive (.zip, .tar, .tar.gz, .tar.zst, .deb) into an empty folder')
    .argument('<archive>', 'the archive')
    .argument('<folder>', 'empty or new folder')
    .action(acting(cli, expandPackage));
}

const createExamples = `
Examples:
  tenkai package create ./hello_2.12-1_amd64.deb
  tenkai package create ./myapp --version 1.4 --exec myapp/setup.sh --detect-file /opt/myapp/version
  tenkai package create ./sp2 --type service-pack --major 2 --minor 0 --exec sp2/update.exe \\
    --parameters '-z -u' --target windows-xp:any:ja:x86 --from detection.json
An upload that was interrupted goes on where it stopped when the same command runs again.`;

const modifyExamples = `
Examples:
  tenkai package modify myapp --urgency high
  tenkai package modify myapp ./myapp --version 1.5`;

async function createPackage(session: Session, paths: string[], options: PackageOptions) {
  const input = await contentInput(session, paths);
  try {
    const draft = await draftFrom(session.terminal, options, input.known);
    const built = input.folders.length > 0 ? await readFolders(session, input.folders) : undefined;
    const files = built?.manifest.files.map((file) => file.path) ?? null;
    refuse(options, packageDraftProblems(draft, files));
    const contentId = built ? await uploadBuilt(session, built) : null;
    const { client } = await session.connect();
    const body = { draft, contentId, ...(options.fix ? { fix: true } : {}) };
    const saved = await client(packageRoutes.create, { body });
    tellSaved(session, 'Made', saved);
  } finally {
    await input.clean();
  }
}

/** What we can see ourselves need not be uploaded first. With --fix the site corrects the date. */
function refuse({ fix }: PackageOptions, problems: readonly FieldProblem[]) {
  const left = problems.filter(({ code, suggestion }) => !(fix && code === 'release-date' && suggestion));
  if (left.length > 0) throw draftRefusal('package', left);
}

async function modifyPackage(
  session: Session,
  id: string,
  paths: string[],
  options: PackageOptions & { content?: boolean },
) {
  const { client } = await session.connect();
  const before = await client(packageRoutes.get, { params: { id } });
  const input = await contentInput(session, paths);
  try {
    const draft = await draftFrom(session.terminal, { ...options, id }, before.draft);
    const built = input.folders.length > 0 ? await readFolders(session, input.folders) : undefined;
    const kept = options.content === false ? null : before.contentId;
    const contentId = built ? await uploadBuilt(session, built) : kept;
    const fix = options.fix ? { fix: true } : {};
    const body = { draft, contentId, revision: before.revision, ...fix };
    const saved = await client(packageRoutes.update, { params: { id }, body });
    const isSame = saved.package.revision === before.revision;
    tellSaved(session, isSame ? 'Nothing differs:' : 'Changed', saved);
  } finally {
    await input.clean();
  }
}

function tellSaved(
  { output }: Session,
  verb: string,
  saved: { package: PackageRow; warnings: readonly DraftProblemReply[] },
) {
  for (const { field, message } of saved.warnings) output.warn(`${field}: ${message}`);
  const { id, displayName: name, revision } = saved.package;
  output.result(saved, () => `${verb} ${output.style.bold(id)} (${name}), revision ${revision}`);
}

async function checkPackage(session: Session, paths: string[], options: PackageOptions) {
  const { output } = session;
  const input = await contentInput(session, paths);
  try {
    const draft = await draftFrom(session.terminal, options, input.known);
    const built = input.folders.length > 0 ? await readFolders(session, input.folders) : undefined;
    const files = built?.manifest.files ?? [];
    const problems = packageDraftProblems(draft, built ? files.map((file) => file.path) : null);
    const warnings = packageWarnings(draft, files);
    for (const warning of warnings) output.warn(`${warning.field}: ${toDraftProblemReply(warning).message}`);
    refuse(options, problems);
    const result = {
      draft,
      contentId: built?.manifest.contentId ?? null,
      warnings: warnings.map(toDraftProblemReply),
    };
    output.result(result, () => `${output.style.bold(draft.id)} (${displayName(draft)}) can be made`);
  } finally {
    await input.clean();
  }
}

const columns: readonly Column<PackageRow>[] = [
  { title: 'Name', value: (row) => row.displayName, shrinks: true },
  { title: 'Type', value: (row) => row.type },
  { title: 'System', value: (row) => row.operatingSystems.join(', ') || 'every', shrinks: true },
  { title: 'Urgency', value: (row) => row.urgency },
  { title: 'Revision', value: (row) => String(row.revision), align: 'right' },
  { title: 'Size', value: (row) => bytesText(row.contentBytes), align: 'right' },
  { title: 'Changed', value: (row) => timeText(row.updatedAt) },
  // The last column, as of old (DIST-02).
  { title: 'ID', value: (row) => row.id },
];

async function listPackages({ connect, output }: Session, options: { search?: string; type?: string }) {
  const { client } = await connect();
  const { search, type } = options;
  const query = { ...(search ? { search } : {}), ...(type ? { type } : {}) };
  const { items } = await client(packageRoutes.list, { query });
  output.result(items, () => output.table(items, columns, 'There is no package.'));
}

async function showPackage(
  { connect, output }: Session,
  id: string,
  options: { files?: boolean; draft?: boolean },
) {
  const { client } = await connect();
  const detail = await client(packageRoutes.get, { params: { id } });
  if (options.draft) return output.result(detail.draft, () => JSON.stringify(detail.draft, null, 2));
  return output.result(detail, () => detailText(output, detail, options.files === true));
}

function detailText(output: Session['output'], detail: PackageDetail, hasFiles: boolean): string {
  const { draft } = detail;
  const parts = [
    output.properties([
      ['ID', detail.id],
      ['Name', detail.displayName],
      ['Type', `${draft.type}, urgency ${draft.urgency}`],
      ['Summary', draft.summary],
      ['Released', draft.releaseDate || '-'],
      [
        'Suits',
        draft.targets.map((target) => Object.values(target).filter(isText).join(' ')).join(', ') ||
          'every machine',
      ],
      ['Programs', draft.programs.map((program) => programText(program)).join('; ')],
      ['Detected by', draft.detection.map(describeDetection).join('; ') || '-'],
      ['Revision', `${detail.revision}, ${timeText(detail.updatedAt)}`],
      [
        'Content',
        `${countText(detail.files.length, 'file')}, ${bytesText(detail.contentBytes)}, ${detail.contentId ?? 'none'}`,
      ],
      ['Lies at', placesText(detail.places)],
      ['Used by', detail.usedBy.map(({ name }) => name).join(', ') || '-'],
    ]),
    output.table(detail.changes, changeColumns, ''),
  ];
  if (hasFiles) parts.push(output.table(detail.files, fileColumns, 'There are no files.'));
  return parts.join('\n\n');
}

/** Points that are switched off serve nobody. */
function placesText(places: readonly { name: string; state: string }[]): string {
  const named = places.map(({ name, state }) => `${name} (${state})`).join(', ');
  if (places.some(({ state }) => state !== 'off')) return named;
  return named === '' ? 'nowhere' : `nowhere: ${named}`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function programText({
  name,
  executable,
  parameters,
}: {
  name: string;
  executable: string | null;
  parameters: string;
}) {
  return `${name}: ${[executable ?? '', parameters].filter((part) => part !== '').join(' ')}`;
}

const changeColumns: readonly Column<PackageDetail['changes'][number]>[] = [
  { title: 'Revision', value: ({ revision }) => String(revision), align: 'right' },
  { title: 'Changed', value: ({ at }) => timeText(at) },
  { title: 'By', value: ({ by }) => by },
  { title: 'What', value: ({ summary }) => summary, shrinks: true },
];

const fileColumns: readonly Column<PackageDetail['files'][number]>[] = [
  { title: 'File', value: ({ path }) => path, shrinks: true },
  { title: 'Size', value: ({ sizeBytes }) => String(sizeBytes), align: 'right' },
  { title: 'Modified', value: ({ modifiedAt }) => (modifiedAt === null ? '-' : timeText(modifiedAt)) },
  { title: 'SHA-256', value: ({ sha256 }) => sha256 ?? '(several parts)' },
];

async function removePackage({ connect, output, terminal }: Session, id: string, { yes }: { yes?: boolean }) {
  const { client } = await connect();
  await confirm(terminal, `Delete the package ${id} with all its revisions?`, yes);
  const done = await client(packageRoutes.remove, { params: { id } });
  output.result(done, () => `Deleted ${id}`);
}

async function placePackage({ connect, output }: Session, id: string, pointIds: string[]) {
  const { client } = await connect();
  const { places } = await client(packageRoutes.place, { params: { id }, body: { pointIds } });
  const text = () => places.map(({ name, state }) => `${name} (${state})`).join(', ') || 'nowhere';
  output.result(places, () => `${id} lies at: ${text()}`);
}
