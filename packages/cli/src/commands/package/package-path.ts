import { Failure, type PackageType } from '@tenkai/domain';
import { findInContent, quotedPath, uncPath } from '@tenkai/domain/software/content-path.ts';
import { type PackageDetail, packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { type Command, Option } from 'commander';
import { acting, type Cli, type Session } from '../../session.ts';

/** What a package is there for, in the words of those who look for one (DIST-04). */
const roles = {
  client: 'agent',
  hotfix: 'hotfix',
  tool: 'tool',
  application: 'application',
} as const satisfies Record<string, PackageType>;
type Role = keyof typeof roles;

interface PathOptions {
  readonly package?: string;
  readonly role: Role;
  readonly share?: string;
}

/** `tenkai package path`: refers to a file of a package by what it is for, so that nobody names the wrong one. */
export function addPathCommand(noun: Command, cli: Cli) {
  noun
    .command('path')
    .description('find a file or folder of a package, and write its path for a shell or a property')
    .argument('<path>', 'such as i386\\hotfix\\KB977203\\*.msp; either slash, * and ? within a name')
    .option('--package <id>', 'in this package; otherwise that of the role which has it')
    .addOption(
      new Option('--role <role>', 'what the package is for').choices(Object.keys(roles)).default('client'),
    )
    .option('--share <unc>', 'share under which packages lie by their ID, such as \\\\dp1\\SMSPKGD$')
    .addHelpText('after', examples)
    .action(acting(cli, showPath));
}

const examples = `
Examples:
  tenkai package path 'i386\\hotfix\\KB977203\\*.msp' --share '\\\\dp1\\SMSPKGD$'
  tenkai package path setup.sh --package nginx`;

/** @throws Failure package-path-missing, package-path-several, package-of-role-missing, not-found */
async function showPath(session: Session, wanted: string, { share, ...options }: PathOptions) {
  const { client, url } = await session.connect();
  const details = options.package
    ? [await client(packageRoutes.get, { params: { id: options.package } })]
    : await packagesOf(session, options.role);
  const { id, path } = theOne(details, wanted, options);
  const parts = [id, ...path.split('/')].map(encodeURIComponent);
  const location = share === undefined ? null : uncPath(share, `${id}/${path}`);
  const quoted = quotedPath(location ?? path);
  const result = { packageId: id, path, url: `${url}/content/packages/${parts.join('/')}`, location, quoted };
  const { output } = session;
  output.result(result, () =>
    output.properties([
      ['Package', id],
      ['Path', path],
      ['Address', result.url],
      ['Share', location ?? '-'],
      ['In sh', quoted.sh],
      ['In PowerShell', quoted.powershell],
      ['In cmd', quoted.cmd ?? 'cannot be written: it holds a quote'],
      ['As a property', quoted.property ?? 'cannot be written: it holds a quote or a semicolon'],
    ]),
  );
}

async function packagesOf({ connect }: Session, role: Role): Promise<PackageDetail[]> {
  const { client } = await connect();
  const { items } = await client(packageRoutes.list, { query: { type: roles[role] } });
  if (items.length === 0) throw new Failure('package-of-role-missing', { role });
  return Promise.all(items.map(({ id }) => client(packageRoutes.get, { params: { id } })));
}

function theOne(details: readonly PackageDetail[], wanted: string, { package: given, role }: PathOptions) {
  const found = details.flatMap(({ id, files }) => {
    const one = findInContent(
      files.map(({ path }) => path),
      wanted,
    );
    if (one.state === 'several') return one.paths.map((path) => ({ id, path }));
    return one.state === 'found' ? [{ id, path: one.path }] : [];
  });
  const [first, ...others] = found;
  if (!first && given) throw new Failure('package-path-missing', { id: given, path: wanted });
  if (!first) throw new Failure('package-of-role-missing', { role }, { detail: `none has ${wanted}` });
  if (others.length === 0) return first;
  const detail = found.map(({ id, path }) => `${id}: ${path}`).join('\n');
  throw new Failure('package-path-several', { path: wanted, count: found.length }, { detail });
}
