import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '@tenkai/domain';
import { type PlaceVerification, packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { run } from '../../deb.ts';
import type { Session } from '../../session.ts';
import type { Column } from '../../table.ts';

/** DIST-33. Fails where something is bad and was not repaired. */
export async function verifyPackage(
  { connect, output }: Session,
  id: string,
  { repair }: { repair?: boolean },
) {
  const { client } = await connect();
  output.line(`Reading every part of ${id} …`);
  const query = { repair: repair === true };
  const { places } = await client(packageRoutes.verify, { params: { id }, query });
  output.result(places, () => output.table(places, columns, 'The package has no files.'));
  if (places.some(isBad)) throw new Failure('content-bad', { id });
}

function isBad({ damaged, missing, repaired, error }: PlaceVerification): boolean {
  return error !== null || damaged.length + missing.length > repaired.length;
}

const columns: readonly Column<PlaceVerification>[] = [
  { title: 'Place', value: ({ place }) => place },
  { title: 'Parts', value: ({ checked }) => String(checked), align: 'right' },
  { title: 'Damaged', value: ({ damaged }) => String(damaged.length), align: 'right' },
  { title: 'Missing', value: ({ missing }) => String(missing.length), align: 'right' },
  { title: 'Repaired', value: ({ repaired }) => String(repaired.length), align: 'right' },
  {
    title: 'State',
    value: (row) => row.error ?? (isBad(row) ? 'bad' : 'good'),
    paint: (row, style) => (isBad(row) ? style.bad : style.good),
    shrinks: true,
  },
];

/** BPKG-37: into an empty folder, so that nothing of before gets into the package. */
export async function expandPackage({ terminal, output, signal }: Session, archive: string, folder: string) {
  const [source, target] = [resolve(terminal.cwd, archive), resolve(terminal.cwd, folder)];
  const entries = await readdir(target).catch(() => undefined);
  if (entries && entries.length > 0) throw new Failure('content-target-exists', { path: folder });
  if (source.endsWith('.deb')) {
    await mkdir(target, { recursive: true });
    await run('dpkg-deb', ['--extract', source, target], signal);
  } else {
    const { expandArchive } = await import('@tenkai/transfer');
    await expandArchive({ archive: source, target, signal });
  }
  output.result({ folder: target }, () => `Expanded into ${folder}`);
}
