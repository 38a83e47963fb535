import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { type Condition, Failure, newPackageDraft, newProgram, type PackageDraft } from '@tenkai/domain';
import {
  type AgentMsp,
  type AgentPatch,
  agentLineOf,
  agentPatchPackageId,
  agentPatchPath,
  mspKey,
  productKey,
} from '@tenkai/domain/agent-patch/agent-patch.ts';
import { openMsp, signatureFileOf } from '@tenkai/protocol/agent/msp.ts';
import { openPatch, packPatch, readPatchText } from '@tenkai/protocol/agent/patch.ts';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { getSite, signAgentPatch } from '@tenkai/protocol/api/site.ts';
import { draftOfDeb, run } from '../deb.ts';
import type { Session } from '../session.ts';
import { readFolders, uploadBuilt } from '../upload.ts';

export interface PatchOptions {
  readonly id: string;
  readonly title: string;
  readonly symptom: string;
  readonly replaces?: readonly string[];
  readonly requires?: readonly string[];
  readonly out?: string;
}

const unpackLimitMs = 300_000;

/**
 * `tenkai agent patch create`: the programs of a newer agent's .deb, without Node and without anything else, signed by
 * the site for machines with an agent of the same line.
 */
export async function createPatch(session: Session, debText: string, options: PatchOptions): Promise<void> {
  const { terminal, output, connect, signal } = session;
  const deb = resolve(terminal.cwd, debText);
  const { version = '', name } = await draftOfDeb(deb, signal);
  if (name !== 'tenkai-agent') throw wrong(`"${deb}" is the package ${name}, not tenkai-agent.`);
  const programs = await programsOf(deb, signal);
  const patch: AgentPatch = {
    format: 1,
    id: options.id.toUpperCase(),
    title: options.title,
    symptom: options.symptom,
    line: agentLineOf(version),
    system: 'linux',
    architecture: 'any',
    replaces: [...(options.replaces ?? [])],
    requires: [...(options.requires ?? [])],
    madeAt: new Date().toISOString(),
    files: [...programs].map(([file, bytes]) => ({
      name: file,
      version,
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })),
  };
  const text = JSON.stringify(patch);
  readPatchText(text, patch.id);
  const { client } = await connect();
  const signed = await client(signAgentPatch, { body: { patch: text } });
  const base64 = [...programs].map(([file, bytes]) => [file, bytes.toString('base64')] as const);
  const bytes = await packPatch({ patch: text, ...signed, programs: Object.fromEntries(base64) });
  const file = resolve(terminal.cwd, options.out ?? `tenkai-agent-${version}-${patch.id}.tkp`);
  await writeFile(file, bytes, { flag: 'wx' });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const result = { file, ...patch, version, sizeBytes: bytes.length, sha256 };
  output.result(result, () => `${file}  ${bytes.length} bytes  ${sha256}`);
}

const wrong = (problem: string) =>
  new Failure('usage-wrong', { problem, command: 'tenkai agent patch create' });

async function programsOf(deb: string, signal: AbortSignal): Promise<Map<string, Buffer>> {
  const work = await mkdtemp(join(tmpdir(), 'tenkai-agent-patch-'));
  try {
    await run('dpkg-deb', ['--extract', deb, work], signal, { limitMs: unpackLimitMs });
    const folder = join(work, 'usr/lib/tenkai-agent');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.mjs')).sort();
    const read = names.map(async (name) => [name, await readFile(join(folder, name))] as const);
    return new Map(await Promise.all(read));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const applyScript = `#!/bin/sh
exec /usr/bin/tenkai-agent patch apply "$(dirname "$0")/patch.tkp"
`;

/** Agents of another line would only refuse it. */
function ofLine(line: string): Condition {
  const [major = 0, minor = 0] = line.split('.').map(Number);
  const versions = [
    { operator: '>=', version: `${line}~` },
    { operator: '<', version: `${major}.${minor + 1}~` },
  ] as const;
  const within = (source: 'dpkg' | 'rpm'): Condition => ({
    kind: 'all',
    of: versions.map((one) => ({ kind: 'package-version', source, name: 'tenkai-agent', ...one })),
  });
  return { kind: 'any', of: [within('dpkg'), within('rpm')] };
}

const mspName = (id: string) => `${id}.msp`;

type Place = Pick<PackageDraft, 'targets' | 'detection'> & { readonly condition: Condition };

const onLinux = (id: string, line: string): Place => ({
  targets: [{ operatingSystem: 'linux', language: 'any', architecture: 'any' }],
  condition: ofLine(line),
  detection: [
    { kind: 'script', interpreter: 'sh', text: `/usr/bin/tenkai-agent patch check ${id} 2>/dev/null` },
  ],
});

/** Windows Installer takes it for one product alone, and says itself that it is applied, or held by a later one. */
const onWindows = ({ product, code }: AgentMsp): Place => ({
  targets: [{ operatingSystem: 'windows', language: 'any', architecture: 'x64' }],
  condition: { kind: 'registry', key: productKey(product), view: '64' },
  detection: [{ kind: 'registry', key: mspKey(product, code), name: 'State', view: '64' }],
});

/** A patch as an ordinary package: its successors and prerequisites are those of the patch. */
export function patchDraft({
  id,
  title,
  symptom,
  line,
  replaces,
  requires,
  files,
  msp,
}: AgentPatch): PackageDraft {
  const packageId = agentPatchPackageId(id);
  return newPackageDraft({
    id: packageId,
    name: `Tenkai agent ${id}`,
    version: files[0]?.version ?? '',
    summary: [title, symptom].filter((text) => text !== '').join('. '),
    type: 'hotfix',
    identification: id,
    ...(msp ? onWindows(msp) : onLinux(id, line)),
    programs: [
      newProgram({
        executable: `${packageId}/${msp ? mspName(id) : 'apply.sh'}`,
        // In a scenario each comes before it by itself (DIST-14).
        requires: requires.map((each) => ({ packageId: agentPatchPackageId(each), program: null })),
      }),
    ],
    ...(replaces.length > 0 ? { supersedes: replaces.map(agentPatchPackageId) } : {}),
    ...(requires.length > 0
      ? { requires: requires.map((each) => ({ anyOf: [agentPatchPackageId(each)] })) }
      : {}),
  });
}

/** `tenkai agent patch register`. @throws Failure agent-patch-unsigned, and as openPatch and openMsp: what the machines would refuse is not registered */
export async function registerPatch(session: Session, fileText: string): Promise<void> {
  const { terminal, output, connect } = session;
  const file = resolve(terminal.cwd, fileText);
  const { client } = await connect();
  const { rootFingerprint } = await client(getSite);
  const trust = { file: basename(file), rootFingerprint };
  const bytes = await readFile(file);
  const signature = signatureFileOf(file);
  const isMsp = /\.msp$/i.test(file);
  if (isMsp && !existsSync(signature))
    throw new Failure('agent-patch-unsigned', { file: basename(file), signature: basename(signature) });
  const signed = isMsp ? await readFile(signature) : undefined;
  const patch = signed ? openMsp(bytes, signed, trust) : (await openPatch(bytes, trust)).patch;
  const draft = patchDraft(patch);
  const work = await mkdtemp(join(tmpdir(), 'tenkai-agent-patch-'));
  try {
    const folder = join(work, draft.id);
    await mkdir(folder);
    // What was read is what was checked.
    if (signed) {
      await writeFile(join(folder, mspName(patch.id)), bytes);
      await writeFile(join(folder, signatureFileOf(mspName(patch.id))), signed);
    } else {
      await writeFile(join(work, agentPatchPath(patch.id)), bytes);
      await writeFile(join(folder, 'apply.sh'), applyScript, { mode: 0o755 });
    }
    const contentId = await uploadBuilt(session, await readFolders(session, [folder]));
    const saved = await client(packageRoutes.create, { body: { draft, contentId } });
    output.result(saved, () => `Package ${draft.id} brings the patch ${patch.id}: ${patch.title}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
