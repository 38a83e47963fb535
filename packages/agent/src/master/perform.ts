import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { auditMaster, type MasterFinding, nextStep, precheckMaster } from '@tenkai/domain/master/index.ts';
import { agentVersion } from '../version.ts';
import { importDefinitions } from './definitions.ts';
import { lastRound, readMasterJournal } from './journal.ts';
import { lookAt, precheckFacts } from './look.ts';
import { manifestText, verifyManifest, writeManifest } from './manifest.ts';
import type {
  AuditOptions,
  CommonOptions,
  DefinitionsOptions,
  ManifestOptions,
  VerifyOptions,
} from './options.ts';
import { type PrepareOptions, prepareMaster } from './prepare.ts';
import { print } from './print.ts';
import { openScene } from './scene.ts';
import { definitionsText, findingsText, preparedText, statusText, stepLine } from './show.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** @throws Failure, see prepareMaster; master-audit-failed */
export async function prepare(env: Env, options: PrepareOptions & CommonOptions): Promise<void> {
  const scene = await openScene(env, options.root);
  const onStep = (step: Parameters<typeof stepLine>[0]) => {
    if (!options.json) process.stdout.write(`${stepLine(step)}\n`);
  };
  const { candidates: file, ...others } = options;
  const given = file === undefined ? others : { ...others, candidates: readFileSync(resolve(file), 'utf8') };
  const report = await prepareMaster({ scene, now: Date.now, onStep }, given);
  await print(report, preparedText(report, scene), options.json);
  refuseFindings(report.findings);
}

/** @throws Failure master-audit-failed */
export async function audit(env: Env, options: AuditOptions): Promise<void> {
  const scene = await openScene(env, options.root);
  const plan = lastRound(readMasterJournal(scene.data))?.plan;
  const profile = options.profile ?? plan?.profile ?? 'workgroup';
  const findings = auditMaster(await lookAt(scene, { profile, pin: plan?.pin ?? null }));
  await print({ profile, agentVersion, findings }, findingsText(findings), options.json);
  refuseFindings(findings);
}

/** @throws Failure as writeManifest; master-audit-failed, with the findings in the file */
export async function manifest(env: Env, file: string, options: ManifestOptions): Promise<void> {
  const scene = await openScene(env, options.root);
  const keyFile = resolve(options.keyFile);
  const { profile } = options;
  const written = await writeManifest(scene, { file: resolve(file), keyFile, now: Date.now(), profile });
  await print(written, manifestText(written), options.json);
  const [first] = written.findings;
  if (first) throw new Failure('master-audit-failed', { count: written.findings.length, step: first.step });
}

/** @throws Failure as verifyManifest */
export async function verify(env: Env, file: string, options: VerifyOptions): Promise<void> {
  const scene = await openScene(env, options.root);
  const { publicKey, acceptFindings = false, profile } = options;
  const where = { file: resolve(file), publicKeyFile: resolve(publicKey), acceptFindings, profile };
  const held = await verifyManifest(scene, where);
  await print(held, manifestText(held), options.json);
}

function refuseFindings(findings: readonly MasterFinding[]): void {
  const [first] = findings;
  if (first) throw new Failure('master-audit-failed', { count: findings.length, step: first.step });
}

export async function status(env: Env, options: CommonOptions): Promise<void> {
  const scene = await openScene(env, options.root);
  const found = lastRound(readMasterJournal(scene.data));
  const plan = found?.plan ?? { profile: 'workgroup' as const, pin: null };
  const facts = await lookAt(scene, plan);
  const findings = auditMaster(facts);
  const done = found?.done ?? new Set();
  const shown = {
    round: found && { ...found, done: [...found.done] },
    next: nextStep(
      done,
      findings.filter(({ step }) => done.has(step)),
    ),
    precheck: precheckMaster(precheckFacts(scene, facts, found)),
    findings,
  };
  await print(shown, statusText(shown), options.json);
}

export async function definitions(
  env: Env,
  files: readonly string[],
  options: DefinitionsOptions,
): Promise<void> {
  const { platform } = await openScene(env, options.root);
  if (platform.family === 'windows') throw new Failure('master-linux-only', { what: 'master definitions' });
  const imported = await importDefinitions(platform.paths, files, { sums: options.sums });
  await print(imported, definitionsText(imported), options.json);
}
