/**
 * `npm run package:list`: what the build has put into dist/, with version, size and SHA-256; `-- --folder PATH` looks
 * elsewhere, `-- --json` prints JSON. Status 1 where there is nothing.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { listArtefacts } from './package/artefacts.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: join(import.meta.dirname, '../dist') },
    json: { type: 'boolean', default: false },
  },
});
const artefacts = await listArtefacts(resolve(values.folder)).catch(() => []);
if (values.json) console.log(JSON.stringify(artefacts, null, 2));
else
  for (const { file, kind, version, sizeBytes, sha256 } of artefacts)
    console.log([file, kind, version ?? '-', `${sizeBytes} bytes`, sha256].join('  '));
if (artefacts.length === 0) {
  console.error(`There is no package in ${values.folder}; npm run package:deb makes some.`);
  process.exit(1);
}
