/** Texts that come with the packages: how to use them, who made what is in them, what changed. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const root = resolve(import.meta.dirname, '../..');

type Name = 'tenkai-server' | 'tenkai-agent';
export interface Documents {
  readonly readme: Readonly<Record<Name, string>>;
  readonly copyright: Readonly<Record<Name, string>>;
  readonly changelog: Uint8Array;
}

/** Workspace packages of which a package is made. */
const madeOf: Readonly<Record<Name, readonly string[]>> = {
  'tenkai-server': ['domain', 'protocol', 'transfer', 'server', 'cli', 'simulator', 'console'],
  'tenkai-agent': ['domain', 'protocol', 'transfer', 'agent'],
};

/** @param nodePackage folder of the npm package that brings Node's program */
export async function readDocuments(nodePackage: string): Promise<Documents> {
  const both = async (read: (name: Name) => Promise<string>) => ({
    'tenkai-server': await read('tenkai-server'),
    'tenkai-agent': await read('tenkai-agent'),
  });
  return {
    readme: await both((name) => readFile(join(import.meta.dirname, `${name}.README.md`), 'utf8')),
    copyright: await both((name) => copyright(name, nodePackage)),
    changelog: await promisify(gzip)(await readFile(join(root, 'CHANGELOG.md')), { level: 9 }),
  };
}

/** Our licence, Node's, and the one of every npm package that is bundled (Debian Policy 12.5). */
async function copyright(name: Name, nodePackage: string): Promise<string> {
  const bundled = new Map<string, string>();
  for (const own of madeOf[name]) await collect(join(root, 'packages', own), bundled);
  const parts: (readonly [title: string, text: string])[] = [
    ['Tenkai', await readFile(join(root, 'LICENSE'), 'utf8')],
    ['Node.js', await licenceOf(nodePackage)],
    ...[...bundled].sort(([a], [b]) => (a < b ? -1 : 1)),
  ];
  return parts
    .map(([title, text]) => `${title}\n${'='.repeat(title.length)}\n\n${text.trim()}\n`)
    .join('\n\n');
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Licences of all that a package depends on, by name and version. */
async function collect(folder: string, bundled: Map<string, string>): Promise<void> {
  const { dependencies = {} } = await readManifest(folder);
  for (const dependency of Object.keys(dependencies)) {
    const place = folderOf(dependency, folder);
    const { name, version, license } = await readManifest(place);
    const title = `${name} ${version}${license ? ` (${license})` : ''}`;
    if (name.startsWith('@tenkai/') || bundled.has(title)) continue;
    bundled.set(title, await licenceOf(place));
    await collect(place, bundled);
  }
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** As Node looks for it: beside its user first, then further up. */
function folderOf(name: string, user: string): string {
  for (let folder = user; folder.startsWith(root); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  throw new Error(`${name}, which ${user} depends on, is not installed`);
}

/** Some authors name the licence and add no text: then their names stand for it. */
async function licenceOf(folder: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => /^(licen[cs]e|copying)(\.|$)/i.test(name));
  if (file) return readFile(join(folder, file), 'utf8');
  const { author, homepage } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    author?: string | { name: string };
    homepage?: string;
  };
  return [typeof author === 'object' ? author.name : author, homepage].filter(Boolean).join('\n');
}
