/**
 * `npm run package:msi`: the agent for Windows on x64 as dist/tenkai-agent-VERSION-x64.msi, with its own Node and a
 * service. `-- --version 1.2.3` names another version. Needs wixl, msibuild and the MinGW compiler of Debian.
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { agentMsi } from './msi/agent-msi.ts';
import { isProductVersion } from './msi/product.ts';
import { writeSums } from './package/sums.ts';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: { version: { type: 'string' }, out: { type: 'string', default: join(root, 'dist') } },
});
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const version = values.version ?? manifest.version;
if (!isProductVersion(version)) {
  console.error(`${version} is no version for Windows Installer: three numbers, up to 255.255.65535.`);
  process.exit(2);
}
const work = await mkdtemp(join(tmpdir(), 'tenkai-msi-'));
try {
  const out = await agentMsi(version, work, resolve(values.out));
  await writeSums(resolve(values.out));
  console.log(`${out}  ${((await stat(out)).size / 1024 / 1024).toFixed(1)} MiB`);
} finally {
  await rm(work, { recursive: true, force: true });
}
