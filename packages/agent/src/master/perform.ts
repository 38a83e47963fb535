import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import {
  auditMaster,
  type MasterFinding,
  masterRunbook,
  nextStep,
  precheckMaster,
  type RunbookLanguage,
} from '@tenkai/domain/master/index.ts';
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
  RunbookOptions,
  VerifyOptions,
} from './options.ts';
import { type PrepareOptions, prepareMaster } from './prepare.ts';
import { openScene } from './scene.ts';
import { definitionsText, findingsText, preparedText, statusText, stepLine } from './show.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The process ends at once afterwards; a pipe that is read slowly must have got everything before. */
function print(value: unknown, text: string, isJson = false): Promise<void> {
  const shown = isJson ? JSON.stringify(value, null, 2) : text;
  return new Promise((resolve) => process.stdout.write(`${shown.trimEnd()}\n`, () => resolve()));
}

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
  const written = await writeManifest(scene, { file: resolve(file), keyFile, now: Date.now() });
  await print(written, manifestText(written), options.json);
  const [first] = written.findings;
  if (first) throw new Failure('master-audit-failed', { count: written.findings.length, step: first.step });
}

/** @throws Failure as verifyManifest */
export async function verify(env: Env, file: string, options: VerifyOptions): Promise<void> {
  const scene = await openScene(env, options.root);
  const { publicKey, acceptFindings = false } = options;
  const where = { file: resolve(file), publicKeyFile: resolve(publicKey), acceptFindings };
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

/** For this machine, or with `--system` for another kind; needs no rights unless it looks. */
export async function runbook(env: Env, options: RunbookOptions): Promise<void> {
  const scene = await openScene(env, options.root);
  const { data } = scene;
  const { family } = scene.system;
  const { system = family } = options;
  const round = lastRound(readMasterJournal(data));
  const profile = options.profile ?? round?.plan.profile ?? 'workgroup';
  const asked = { locator: options.locator ?? null, dnsSuffix: options.dnsSuffix ?? null };
  const facts = await lookAt(scene, { profile, pin: null });
  const hasValues = asked.locator !== null || asked.dnsSuffix !== null;
  const text = masterRunbook({
    language: options.language ?? languageOf(env),
    system,
    mode: options.reCapture ? 're-capture' : 'first-capture',
    profile,
    hasMetSite: round?.hasMetSite || facts.siteCode !== null || facts.trustKeys.length > 0,
    protection: facts.protection,
    agentVersion,
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    siteValues: hasValues ? asked : (round?.plan.siteValues ?? facts.siteValues),
    warnings: precheckMaster(precheckFacts(scene, facts)).warnings,
    service: 'TenkaiAgent',
  });
  await print({ profile, agentVersion, markdown: text }, text, options.json);
}

function languageOf(env: Env): RunbookLanguage {
  return (env.LC_ALL || env.LC_MESSAGES || env.LANG || '').startsWith('ja') ? 'ja' : 'en';
}
