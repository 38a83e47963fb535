/**
 * `npm run package:windows-server`: the server for Windows on x64 as dist/tenkai-server-VERSION-windows-x64.tar.gz, which
 * the tar.exe of Windows unpacks. `-- --version 1.2.3` names another version, `--console-as-built` takes the console from
 * packages/console/dist, `--unpacked` makes the folder and no archive. Needs the MinGW compiler of Debian.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { isProductVersion } from './msi/product.ts';
import { fillServerFolder } from './msi/server-folder.ts';
import { writeSums } from './package/sums.ts';

const root = resolve(import.meta.dirname, '..');
const packLimitMs = 10 * 60_000;
const { values } = parseArgs({
  options: {
    version: { type: 'string' },
    out: { type: 'string', default: join(root, 'dist') },
    unpacked: { type: 'boolean', default: false },
    'console-as-built': { type: 'boolean', default: false },
  },
});
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const version = values.version ?? manifest.version;
if (!isProductVersion(version)) {
  console.error(`${version} is no version for Windows: three numbers, up to 255.255.65535.`);
  process.exit(2);
}
const [name, outDir] = [`tenkai-server-${version}-windows-x64`, resolve(values.out)];
const work = await mkdtemp(join(tmpdir(), 'tenkai-windows-server-'));
try {
  const folder = values.unpacked ? join(outDir, name) : join(work, 'tree/Server');
  await fillServerFolder({ version, work, folder, mayConsoleBeOld: values['console-as-built'] });
  if (values.unpacked) console.log(folder);
  else await pack(join(work, 'tree'), join(outDir, `${name}.tar.gz`));
} finally {
  await rm(work, { recursive: true, force: true });
}

/** The same content makes the same bytes. */
async function pack(tree: string, out: string): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const same = [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=u=rwX,go=rX',
  ];
  const argv = ['--create', '--use-compress-program=gzip -n', ...same, '-f', out, '-C', tree, 'Server'];
  await promisify(execFile)('tar', argv, { timeout: packLimitMs });
  await writeSums(outDir);
  console.log(`${out}  ${((await stat(out)).size / 1024 / 1024).toFixed(1)} MiB`);
}
