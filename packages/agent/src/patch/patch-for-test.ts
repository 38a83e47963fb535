import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, type TestContext } from 'node:test';
import type { AgentPatch } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { agentPatchProof, type PatchDocument, packPatch } from '@tenkai/protocol/agent/patch.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { makeSiteKeys, type SiteKeys, signWith } from '@tenkai/testkit/small-site/site-keys.ts';
import { dataFolder, makeDataFolder } from '../data-folder.ts';
import { writeSettings } from '../settings.ts';
import type { PatchDeps } from './apply.ts';

export let keys: SiteKeys;
export let others: SiteKeys;
before(async () => {
  [keys, others] = await Promise.all([makeSiteKeys(), makeSiteKeys()]);
});

export const program = (name: string, version: string) =>
  `// ${name.replace('.mjs', '')} ${version}\nexport {};\n`;
export const names = ['engine.mjs', 'tenkai-agent.mjs'];
export const properties = {
  managementPoint: 'https://mp.example',
  locator: 'https://slp.example',
  fallbackStatusPoint: 'https://fsp.example',
};

interface Machine extends PatchDeps {
  readonly root: string;
  /** As a package manager lays them out. */
  install(version: string): void;
  versions(): string;
  /** Hashes of all programs. */
  sums(): string[];
}

export function newMachine(t: TestContext, version = '0.1.0'): Machine {
  const root = mkdtempSync(join(tmpdir(), 'tenkai-patch-test-'));
  atEnd(t, () => rmSync(root, { recursive: true, force: true }));
  const data = dataFolder(join(root, 'data'));
  makeDataFolder(data);
  const programs = join(root, 'programs');
  mkdirSync(programs);
  writeSettings(data, { rootFingerprint: keys.rootFingerprint, assignment: properties });
  const read = (name: string) => readFileSync(join(programs, name), 'utf8');
  const machine = {
    data,
    programs,
    root,
    now: () => Date.parse('2026-05-06T07:08:09Z'),
    install(other: string) {
      for (const name of names) writeFileSync(join(programs, name), program(name, other));
    },
    versions: () => names.map((name) => / (\S+)\n/.exec(read(name))?.[1]).join(' '),
    sums: () => names.map((name) => createHash('sha256').update(read(name)).digest('hex')),
  };
  machine.install(version);
  return machine;
}

export interface Forgery {
  readonly by?: SiteKeys;
  readonly change?: (document: PatchDocument) => PatchDocument;
}

/** Writes a patch as the site's command line makes it. */
export async function patchFile(
  { root }: Pick<Machine, 'root'>,
  id: string,
  version: string,
  over: Partial<AgentPatch> = {},
  { by = keys, change = (document) => document }: Forgery = {},
): Promise<string> {
  const contents = Object.fromEntries(names.map((name) => [name, Buffer.from(program(name, version))]));
  const files = Object.entries(contents).map(([name, bytes]) => ({
    name,
    version,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  const patch = JSON.stringify({
    ...{ format: 1, id, title: `patch ${id}`, symptom: '', line: '0.1', system: 'linux' },
    ...{ architecture: 'any', replaces: [], requires: [], madeAt: new Date().toISOString(), files },
    ...over,
  });
  const document = change({
    patch,
    ...signWith(by.signing, agentPatchProof(patch)),
    rootCertificate: by.root.certificate,
    programs: Object.fromEntries(names.map((name) => [name, contents[name]?.toString('base64') ?? ''])),
  });
  const file = join(root, `${id}.tkp`);
  writeFileSync(file, await packPatch(document));
  return file;
}

export const code = (wanted: string) => (error: unknown) => error instanceof Failure && error.code === wanted;
