import {
  type DeploymentDraft,
  isFinal,
  type PackageDraft,
  type RunOptions,
  type ScenarioDraft,
} from '@tenkai/domain';
import {
  collectionRoutes,
  contentChunkPath,
  contentRoutes,
  deploymentRoutes,
  packageRoutes,
  type RunDetail,
  scenarioRoutes,
} from '@tenkai/protocol';
import { buildManifest, chunkReader, type Manifest, uploadContent } from '@tenkai/transfer';
import { aDeployment, aScenario, installStep } from '../../builders.ts';
import { aDraft } from '../../package-draft.ts';
import { buildDeb, type DebContent } from '../../rig/deb.ts';
import { makeScratchFolder } from '../../rig/rig-folder.ts';
import { until } from '../../rig/until.ts';
import type { ReachedSite } from './reach-site.ts';

/** Uploads a folder as console and CLI do. */
export async function upload(site: Pick<ReachedSite, 'api' | 'request'>, folder: string): Promise<Manifest> {
  const { manifest, sources } = await buildManifest({ folders: [folder] });
  await uploadContent({
    manifest,
    readChunk: chunkReader(sources),
    port: {
      missing: async (chunks) =>
        (await site.api(contentRoutes.missing, { body: { chunks: [...chunks] } })).missing,
      async putChunk(sha256, bytes) {
        const headers = { 'content-type': 'application/octet-stream' };
        const path = contentChunkPath.replace(':sha256', sha256);
        const answer = await site.request(path, { method: 'PUT', headers, body: new Uint8Array(bytes) });
        if (!answer.ok) throw new Error(await answer.text());
      },
      postManifest: (body) => site.api(contentRoutes.manifest, { body: { manifest: body } }),
    },
  });
  return manifest;
}

/** Builds a real .deb, registers it as a package that dpkg must show afterwards. */
export async function registerDeb(
  site: ReachedSite,
  deb: DebContent,
  over: Partial<PackageDraft> = {},
): Promise<Manifest> {
  const folder = await makeScratchFolder(deb.name);
  const file = await buildDeb(folder, deb);
  const manifest = await upload(site, folder);
  const top = manifest.files[0]?.path.split('/')[0] ?? '';
  const [program] = aDraft().programs;
  if (!program) throw new Error('a draft has a program');
  const draft = aDraft({
    id: deb.name,
    name: deb.name,
    version: deb.version,
    detection: [{ kind: 'package', source: 'dpkg', name: deb.name, operator: '=', version: deb.version }],
    programs: [{ ...program, executable: `${top}/${file.split('/').at(-1)}`, parameters: '' }],
    ...over,
  });
  await site.api(packageRoutes.create, { body: { draft, contentId: manifest.contentId } });
  return manifest;
}

/** A package without files: its program is a command line. */
export async function registerCommand(
  site: ReachedSite,
  id: string,
  commandLine: string,
  over: Partial<PackageDraft> = {},
  how: Partial<RunOptions> = {},
): Promise<void> {
  const [program] = aDraft().programs;
  if (!program) throw new Error('a draft has a program');
  const options = { ...program.options, maxRunTimeMinutes: 1, ...how };
  const programs = [{ ...program, executable: null, parameters: commandLine, options }];
  await site.api(packageRoutes.create, {
    body: { draft: aDraft({ id, name: id, programs, ...over }), contentId: null },
  });
}

/** Deploys to the named machines only, and gives the deployment's id. */
export async function deployTo(
  site: ReachedSite,
  machineIds: readonly string[],
  scenario: Partial<ScenarioDraft> & { name: string },
  over: Partial<DeploymentDraft> = {},
): Promise<string> {
  const made = await site.api(scenarioRoutes.create, { body: aScenario(scenario) });
  const rules = [{ kind: 'direct' as const, machineIds: [...machineIds] }];
  const collection = await site.api(collectionRoutes.create, {
    body: { name: `for ${scenario.name}`, limitingCollectionId: null, rules },
  });
  const subject = { kind: 'scenario' as const, scenarioId: made.id };
  const body = aDeployment({ name: scenario.name, subject, collectionId: collection.id, ...over });
  return (await site.api(deploymentRoutes.create, { body })).id;
}

export function deployPackage(
  site: ReachedSite,
  machineIds: readonly string[],
  packageId: string,
): Promise<string> {
  return deployTo(site, machineIds, { name: `Install ${packageId}`, steps: [installStep(packageId)] });
}

/** The runs of a deployment; empty while the site does not answer. */
export async function runsOf(site: ReachedSite, deploymentId: string): Promise<RunDetail[]> {
  const { items } = await site.api(deploymentRoutes.runs, {
    params: { id: deploymentId },
    query: { limit: 100 },
  });
  return Promise.all(items.map(({ id }) => site.api(deploymentRoutes.run, { params: { id } })));
}

export async function untilRun(
  site: ReachedSite,
  deploymentId: string,
  what: string,
  holds: (run: RunDetail) => boolean,
): Promise<RunDetail> {
  return until(what, async () => (await runsOf(site, deploymentId).catch(() => [])).find(holds), 300_000);
}

/** Waits for the end of all runs; there must be `count` of them. The error says where each of them is. */
export async function untilEnded(
  site: ReachedSite,
  deploymentId: string,
  count: number,
): Promise<RunDetail[]> {
  let seen: RunDetail[] = [];
  try {
    return await until(
      'all runs have ended',
      async () => {
        seen = await runsOf(site, deploymentId).catch(() => seen);
        return seen.length === count && seen.every((run) => isFinal(run.status)) ? seen : undefined;
      },
      600_000,
    );
  } catch (error) {
    const states = seen.map(
      (run) => `${run.machineName}: ${run.status} ${JSON.stringify(run.reason)} step ${run.stepIndex}`,
    );
    throw new Error(`${states.join('\n')}\n${site.log().slice(-4000)}`, { cause: error });
  }
}
