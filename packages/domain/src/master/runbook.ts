/** The procedure as a document for the operator, with the values filled in (MASTER-30). */
import type { SiteValues } from './audit.ts';
import type { KnownDefect } from './precheck.ts';
import { type RunbookLanguage, type RunbookTexts, runbookTexts } from './runbook-texts.ts';
import { type MasterMode, type MasterStep, masterSteps, type StepConditions, whyNotNeeded } from './steps.ts';
import { windowsAsks, windowsLine } from './windows-asks.ts';

export type { RunbookLanguage } from './runbook-texts.ts';

/** Changes with the procedure, not with the agent (MASTER-04). */
export const procedureVersion = '1';

export interface RunbookInput extends StepConditions {
  readonly language: RunbookLanguage;
  readonly system: 'linux' | 'windows';
  readonly mode: MasterMode;
  readonly agentVersion: string;
  readonly architecture: string;
  readonly siteValues: SiteValues;
  /** File of sites by boundary, as it is named to `prepare`; null: there is none. */
  readonly candidatesFile: string | null;
  /** Of the root key of the targets' site; null: each says its own, or none is pinned. */
  readonly rootFingerprint: string | null;
  readonly warnings: readonly KnownDefect[];
  /** Name of the agent's service on Windows. */
  readonly service: string;
}

/** Markdown; steps that are not needed are struck out, with the reason. */
export function masterRunbook(input: RunbookInput): string {
  const texts = runbookTexts[input.language];
  const { title, origin, madeFor, profile, before, beforeActs, atOnce, modes, warning } = texts;
  const head = [
    `# ${title}`,
    fill(origin, { procedure: procedureVersion }),
    fill(madeFor, { version: input.agentVersion, system: input.system === 'linux' ? 'Linux' : 'Windows' }),
    fill(profile, { mode: modes[input.mode] }).trim(),
    ...input.warnings.map(
      ({ product, fixedIn }) => `**${fill(warning, { product, fixedIn: String(fixedIn) })}**`,
    ),
    `## ${before}`,
    beforeActs.map((act) => `- [ ] ${act}`).join('\n'),
    atOnce,
  ];
  const steps = masterSteps.map((step) => stepText(step, texts, input));
  return `${[...head, ...steps].join('\n\n')}\n`;
}

function stepText(step: MasterStep, texts: RunbookTexts, input: RunbookInput): string {
  const { title, acts: usual, verify } = texts.steps[input.system][step.id];
  const definitions = input.protection.kinds.flatMap((kind) => texts.definitions[kind] ?? []);
  const acts = step.id === 'endpoint-protection' && definitions.length > 0 ? definitions : usual;
  const heading = fill(step.number === null ? texts.slot : texts.step, {
    number: String(step.number),
    title,
  });
  const values = valuesOf(texts, input);
  const why = whyNotNeeded(step.id, input);
  if (why !== null) {
    const struck = acts.map((act) => `- ~~${fill(act, values)}~~`);
    return [
      `## ~~${heading}~~`,
      fill(texts.notNeeded, { reason: texts.reasons[why] }),
      struck.join('\n'),
    ].join('\n\n');
  }
  const profile = step.id === 'site-values' ? [`${texts.profiles[input.profile]}:`] : [];
  const lines = acts.map((act) => `- [ ] ${fill(act, values)}`).join('\n');
  return [`## ${heading}`, ...profile, lines, fill(texts.verify, { text: fill(verify, values) })].join(
    '\n\n',
  );
}

function valuesOf({ value }: RunbookTexts, input: RunbookInput): Record<string, string> {
  const { locator, dnsSuffix } = input.siteValues;
  const { service, candidatesFile, rootFingerprint } = input;
  const words = [
    ...(locator === null ? [] : [fill(value.locator, { name: locator })]),
    ...(dnsSuffix === null ? [] : [fill(value.dnsSuffix, { name: dnsSuffix })]),
    ...(candidatesFile === null ? [] : [`--candidates ${candidatesFile}`]),
  ];
  const pin = rootFingerprint === null ? [] : [`--root-fingerprint ${rootFingerprint}`];
  const given = [...(words.length > 0 ? words : [value.none]), ...pin].join(' ');
  return {
    version: input.agentVersion,
    architecture: input.architecture,
    value: `${given} --profile ${input.profile}`,
    manual: windowsLine(windowsAsks.manual(service)),
    stop: windowsLine(windowsAsks.stop(service)),
    serviceState: windowsLine(windowsAsks.serviceState(service)),
    serviceConfig: windowsLine(windowsAsks.serviceConfig(service)),
    automaticDelayed: windowsLine(windowsAsks.automaticDelayed(service)),
    listStore: windowsLine(windowsAsks.listStore()),
    deleteCertificate: windowsLine(windowsAsks.deleteCertificate('THUMBPRINT')),
    deleteTrust: windowsLine(windowsAsks.deleteTrust()),
    listTrust: windowsLine(windowsAsks.listTrust()),
    sysprep: windowsLine(windowsAsks.sysprep()),
    imageState: windowsLine(windowsAsks.imageState()),
    switchOff: windowsLine(windowsAsks.switchOff()),
  };
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
