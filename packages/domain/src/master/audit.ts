/** The final audit before capture (MASTER-18): what is still on a reference machine that no clone may have. */
import type { SiteCandidate } from '../assignment/site-candidates.ts';
import { type DefinitionPackage, missingDefinitions, type ProtectionNeed } from './protection.ts';
import { type MasterProfile, type MasterStepId, masterSteps, stepIndex } from './steps.ts';

/** Identities of the system itself, beside the agent's (MASTER-17). */
export type SystemIdentity =
  | 'machine-id'
  | 'ssh-host-key'
  | 'dhcp-client'
  | 'cloud-init'
  | 'random-seed'
  | 'windows-sid';

export type StartType = 'automatic' | 'automatic-delayed' | 'manual' | 'absent';

/** How the machines of the image find their site, where nobody publishes it to them (AGENT-10, AGENT-11). */
export interface SiteValues {
  /** Name of a management point or locator, fully qualified. */
  readonly locator: string | null;
  readonly dnsSuffix: string | null;
  /** Sites that the image brings with it, by boundary (MASTER-15). */
  readonly candidates?: readonly SiteCandidate[];
}

/** What was seen on a reference machine. Lists hold places: files, values of the registry, thumbprints. */
export interface MasterFacts {
  readonly system: 'linux' | 'windows';
  readonly profile: MasterProfile;
  /** Code or address of the site that it belongs to. */
  readonly siteCode: string | null;
  /** Keys, certificates, tickets. */
  readonly agentKeys: readonly string[];
  readonly trustKeys: readonly string[];
  readonly service: { readonly isRunning: boolean; readonly startType: StartType };
  readonly siteValues: SiteValues;
  /** Orders, runs, reports, offers, contents. */
  readonly cachedPolicy: readonly string[];
  readonly logs: readonly string[];
  readonly identities: readonly { readonly what: SystemIdentity; readonly where: string }[];
  readonly protection: ProtectionNeed;
  readonly definitions: readonly DefinitionPackage[];
}

export type FindingCode =
  | 'site-code'
  | 'agent-keys'
  | 'trust-keys'
  | 'service-running'
  | 'start-type'
  | 'site-values-missing'
  | 'site-value-malformed'
  | 'cached-policy'
  | 'logs'
  | 'definitions-missing'
  | SystemIdentity;

export interface MasterFinding {
  readonly code: FindingCode;
  /** The step to repeat; those after it follow (MASTER-16). */
  readonly step: MasterStepId;
  /** Where it lies, or what it is. */
  readonly where: readonly string[];
}

const finding = (code: FindingCode, step: MasterStepId, where: readonly string[]): MasterFinding[] =>
  where.length === 0 ? [] : [{ code, step, where }];

/** All that is wrong, in the order of the steps; none: the machine may be captured. */
export function auditMaster(facts: MasterFacts): MasterFinding[] {
  return [...agentFindings(facts), ...siteValueFindings(facts), ...systemFindings(facts)].sort(
    (a, b) => stepIndex(a.step) - stepIndex(b.step),
  );
}

function agentFindings(facts: MasterFacts): MasterFinding[] {
  const { isRunning, startType } = facts.service;
  return [
    ...finding('site-code', 'install', facts.siteCode === null ? [] : [facts.siteCode]),
    ...finding('service-running', 'service-manual', isRunning ? [startType] : []),
    ...finding('agent-keys', 'certificates', facts.agentKeys),
    ...finding('trust-keys', 'trust', facts.trustKeys),
    ...finding('start-type', 'start-type', startType === 'automatic-delayed' ? [] : [startType]),
    ...finding('cached-policy', 'capture', facts.cachedPolicy),
    ...finding('logs', 'capture', facts.logs),
  ];
}

function siteValueFindings({ profile, siteValues }: MasterFacts): MasterFinding[] {
  const { locator, dnsSuffix, candidates = [] } = siteValues;
  const given = [locator, dnsSuffix].filter((value) => value !== null);
  const isMissing = profile !== 'domain-published' && given.length + candidates.length === 0;
  return [
    ...finding('site-values-missing', 'site-values', isMissing ? [profile] : []),
    ...finding(
      'site-value-malformed',
      'site-values',
      given.filter((value) => !isQualifiedName(value)),
    ),
  ];
}

function systemFindings({ identities, protection, definitions }: MasterFacts): MasterFinding[] {
  const kinds = [...new Set(identities.map(({ what }) => what))];
  const missing = missingDefinitions(protection, definitions);
  return [
    ...kinds.flatMap((what) =>
      finding(
        what,
        'capture',
        identities.filter((each) => each.what === what).map(({ where }) => where),
      ),
    ),
    ...finding('definitions-missing', 'endpoint-protection', missing),
  ];
}

/** A fully qualified DNS name (RFC 1123, section 2.1): two labels at least, and no address. */
export function isQualifiedName(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.');
  const isLabel = (label: string) => /^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/i.test(label);
  return (
    name.length <= 253 && labels.length > 1 && labels.every(isLabel) && !/^\d+$/.test(labels.at(-1) ?? '')
  );
}

/** What a step has to have reached; the findings that say it has not. Step 6 ends what step 2 began. */
export function unfinished(step: MasterStepId, facts: MasterFacts): MasterFinding[] {
  const findings = auditMaster(facts).filter((each) => each.step === step);
  const { startType } = facts.service;
  const startsByItself = startType === 'automatic' || startType === 'automatic-delayed';
  if (step !== 'service-manual' || !startsByItself) return findings;
  return [...findings, { code: 'start-type', step, where: [startType] }];
}

export const lastStep = masterSteps.at(-1)?.id ?? 'capture';
