import {
  collectionRoutes,
  contentChunkPath,
  contentRoutes,
  deploymentRoutes,
  packageRoutes,
  scenarioRoutes,
} from '@tenkai/protocol';
import { buildManifest, chunkReader, uploadContent } from '@tenkai/transfer';
import type { SamplePackage } from './sample-package.ts';
import type { DemoSite } from './site.ts';

const uploadTimeoutMs = 60_000;

/** Uploads the folder and seals the package, by the steps that CLI and console take. Returns the content's size. */
export async function registerPackage(site: DemoSite, sample: SamplePackage): Promise<number> {
  const { manifest, sources } = await buildManifest({ folders: [sample.folder] });
  const { contentId } = await uploadContent({
    manifest,
    readChunk: chunkReader(sources),
    port: {
      missing: async (chunks) =>
        (await site.api(contentRoutes.missing, { body: { chunks: [...chunks] } })).missing,
      putChunk: (sha256, bytes) => putChunk(site, sha256, bytes),
      postManifest: (body) => site.api(contentRoutes.manifest, { body: { manifest: body } }),
    },
  });
  await site.api(packageRoutes.create, { body: { draft: sample.draft, contentId } });
  return manifest.totalBytes;
}

async function putChunk(site: DemoSite, sha256: string, bytes: Uint8Array): Promise<void> {
  const response = await fetch(site.url + contentChunkPath.replace(':sha256', sha256), {
    method: 'PUT',
    headers: { authorization: `Bearer ${site.token}`, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
    signal: AbortSignal.timeout(uploadTimeoutMs),
  });
  if (!response.ok) throw new Error(`The site refused a chunk: ${await response.text()}`);
}

/** Makes a scenario around the package and deploys it to every machine, now. Returns the deployment's id. */
export async function deployEverywhere(site: DemoSite, packageId: string): Promise<string> {
  const scenario = await site.api(scenarioRoutes.create, {
    body: {
      name: 'Install Hello',
      description: 'Installs the package of the demonstration, then greets.',
      variables: [],
      steps: [
        { kind: 'install-package', id: 'install', name: 'Install Hello', packageId, program: null },
        {
          kind: 'run-script',
          id: 'greet',
          name: 'Greet',
          interpreter: 'sh',
          text: 'echo "Hello from $(uname -n)"',
        },
      ],
      options: { restartAfter: false, powerOffAtEnd: false, restartAtStart: false },
    },
  });
  const { items } = await site.api(collectionRoutes.list);
  const everybody = items.find((collection) => collection.isBuiltIn);
  if (!everybody) throw new Error('The site has no collection of all machines.');
  const deployment = await site.api(deploymentRoutes.create, {
    body: {
      name: 'Hello for everybody',
      subject: { kind: 'scenario', scenarioId: scenario.id },
      collectionId: everybody.id,
      purpose: 'required',
      schedule: { kind: 'now' },
      respectsWindows: true,
      concurrency: null,
      wakesMachines: false,
      retries: 0,
      variables: [],
    },
  });
  return deployment.id;
}
