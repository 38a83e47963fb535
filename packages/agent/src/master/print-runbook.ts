import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readSiteCandidates } from '@tenkai/domain/assignment/site-candidates.ts';
import { languageOf } from '@tenkai/domain/language.ts';
import {
  type MasterFacts,
  masterRunbook,
  type ProtectionNeed,
  precheckMaster,
  protectionNeed,
} from '@tenkai/domain/master/index.ts';
import { agentVersion } from '../version.ts';
import { lastRound, type MasterPlan, readMasterJournal } from './journal.ts';
import { lookAt, precheckFacts } from './look.ts';
import type { RunbookOptions } from './options.ts';
import { print } from './print.ts';
import { openScene, type Scene } from './scene.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * For this machine, or by options for another kind; needs no rights unless it looks.
 * @throws Failure as readSiteCandidates
 */
export async function runbook(env: Env, options: RunbookOptions): Promise<void> {
  const scene = await openScene(env, options.root);
  const { system = scene.system.family } = options;
  const round = lastRound(readMasterJournal(scene.data));
  const profile = options.profile ?? round?.plan.profile ?? 'workgroup';
  const facts = await lookAt(scene, { profile, pin: null });
  const text = masterRunbook({
    language: options.language ?? languageOf(env),
    system,
    mode: options.reCapture ? 're-capture' : 'first-capture',
    profile,
    hasMetSite: round?.hasMetSite || facts.siteCode !== null || facts.trustKeys.length > 0,
    protection: protectionOf(scene, facts, options),
    agentVersion,
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    ...valuesOf(options, facts, round?.plan),
    warnings: precheckMaster(precheckFacts(scene, facts)).warnings,
    service: 'TenkaiAgent',
  });
  await print({ profile, agentVersion, markdown: text }, text, options.json);
}

/** What is asked for, word for word; else what was begun, or is set. */
function valuesOf(options: RunbookOptions, facts: MasterFacts, plan: MasterPlan | undefined) {
  const { locator = null, dnsSuffix = null, candidates: file, rootFingerprint } = options;
  if (file !== undefined) readSiteCandidates(readFileSync(resolve(file), 'utf8'));
  const isGiven = locator !== null || dnsSuffix !== null || file !== undefined;
  const known = plan?.siteValues ?? facts.siteValues;
  const hasCandidates = !isGiven && (known.candidates?.length ?? 0) > 0;
  return {
    siteValues: isGiven ? { locator, dnsSuffix } : known,
    candidatesFile: file ?? (hasCandidates ? 'FILE' : null),
    rootFingerprint: rootFingerprint ?? (isGiven ? null : (plan?.pin ?? null)),
  };
}

/** System Center Endpoint Protection is for Windows up to 8.1: who names it means one of those. */
function protectionOf(
  { system: { family } }: Scene,
  { protection }: MasterFacts,
  { system = family, systemVersion, engine, networkInspection = true }: RunbookOptions,
): ProtectionNeed {
  const isAsked = engine !== undefined || systemVersion !== undefined || !networkInspection;
  if (!isAsked && system === family) return protection;
  return protectionNeed({
    system,
    systemVersion: systemVersion ?? (engine === 'scep' ? '6.3' : '10.0'),
    engine: engine === 'none' ? null : (engine ?? null),
    hasNetworkInspection: networkInspection,
  });
}
