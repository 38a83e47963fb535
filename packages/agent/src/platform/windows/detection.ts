import type { ConditionLeaf, Detection, LeafFact, RegistryFact, RegistryRule } from '@tenkai/domain';
import { registryProblem, registryTruth } from '@tenkai/domain/software/registry-rule.ts';
import { versionHolds } from '@tenkai/domain/version/index.ts';
import { asNotDetected, type Found, foundText, lookForFile } from '../detect-file.ts';
import type { DetectionSource, Paths } from '../platform.ts';
import { run } from '../shell.ts';
import { systemEnvironment, systemProgram } from './environment.ts';
import { type AskRegistry, formsOf, registryViews } from './registry.ts';
import { listProducts, productsNamed } from './uninstall.ts';

/** Detection scripts are questions; one that takes longer is broken (`Detection`, kind script). */
const scriptTimeoutMs = 60_000;

interface DetectionDeps {
  readonly paths: Paths;
  readonly registry: AskRegistry;
}

export function createDetection(deps: DetectionDeps): DetectionSource {
  return {
    async detect(rule, signal) {
      const { isDetected, found } = await look(deps, rule, signal).catch(asNotDetected);
      return { rule, isDetected, found: foundText(found) };
    },
    async versionOf(source, name, signal) {
      if (source !== 'msi') return null;
      return productsNamed(await listProducts(deps.registry, signal), name)[0]?.version ?? null;
    },
    probe: (leaf, signal) => probe(deps, leaf, signal),
  };
}

function look(deps: DetectionDeps, rule: Detection, signal: AbortSignal): Promise<Found> {
  if (rule.kind === 'file') return lookForFile(deps.paths, rule, signal);
  if (rule.kind === 'package') return lookForProduct(deps, rule, signal);
  if (rule.kind === 'registry') return lookInRegistry(deps, rule, signal);
  return lookByScript(rule, signal);
}

async function lookInRegistry(
  { registry }: DetectionDeps,
  rule: RegistryRule,
  signal: AbortSignal,
): Promise<Found> {
  const fact = await registryFact(registry, rule, signal);
  const problem = registryProblem(rule, fact);
  const data = fact.state === 'absent' ? 'absent' : (fact.values[0] ?? 'present');
  return {
    isDetected: registryTruth(rule, fact) === 'yes',
    found: problem === undefined ? data : `${data} (${problem})`,
  };
}

async function lookForProduct(
  { registry }: DetectionDeps,
  { source, name, operator, version }: Extract<Detection, { kind: 'package' }>,
  signal: AbortSignal,
): Promise<Found> {
  if (source !== 'msi') return { isDetected: false, found: `there is no ${source}` };
  const versions = productsNamed(await listProducts(registry, signal), name).map((each) => each.version);
  const found = versions.join(', ') || (versions.length > 0 ? 'installed' : 'not installed');
  if (operator === undefined || version === undefined) return { isDetected: versions.length > 0, found };
  return {
    isDetected: versions.some((actual) => versionHolds('windows', actual, operator, version)),
    found,
  };
}

async function lookByScript(
  { interpreter, text }: Extract<Detection, { kind: 'script' }>,
  signal: AbortSignal,
): Promise<Found> {
  if (interpreter !== 'powershell') return { isDetected: false, found: `there is no ${interpreter}` };
  const { code, stdout, stderr, problem } = await run(
    systemProgram('powershell.exe'),
    powershellArguments(text),
    {
      timeoutMs: scriptTimeoutMs,
      signal,
      env: systemEnvironment(),
      outputLimitBytes: 64 * 1024,
    },
  );
  const printed = stdout.trim();
  if (code === 0) return { isDetected: printed !== '', found: printed || 'nothing printed' };
  return { isDetected: false, found: problem || `exit code ${code} ${stderr.trim()}`.trim() };
}

/** Encoded, for quotes mean something else to each who reads them on the way (powershell.exe -?). */
export function powershellArguments(text: string): readonly string[] {
  return [
    '-NoProfile',
    '-NonInteractive',
    '-EncodedCommand',
    Buffer.from(text, 'utf16le').toString('base64'),
  ];
}

async function probe(deps: DetectionDeps, leaf: ConditionLeaf, signal: AbortSignal): Promise<LeafFact> {
  switch (leaf.kind) {
    case 'file-exists': {
      const rule = { kind: 'file', path: leaf.path } as const;
      const { isDetected } = await lookForFile(deps.paths, rule, signal).catch(asNotDetected);
      return isDetected ? { state: 'present', values: [] } : { state: 'absent' };
    }
    case 'registry':
      return registryFact(deps.registry, leaf, signal);
    case 'package-installed':
    case 'package-version':
    case 'os-release':
      return { state: 'absent' };
  }
}

/** BPKG-48: a key, or a value of it, in the view that is asked for; else in that of 64 bits, or then in that of 32. */
export async function registryFact(
  ask: AskRegistry,
  { key, name, view }: Pick<RegistryRule, 'key' | 'name' | 'view'>,
  signal: AbortSignal,
): Promise<RegistryFact> {
  for (const each of view === undefined ? registryViews : [view]) {
    const found = await ask({ key, view: each, ...(name === undefined ? {} : { name }) }, signal);
    if (found === null) continue;
    if (name === undefined) return { state: 'present', values: [] };
    const value = found[0]?.values[0];
    if (value) return { state: 'present', values: formsOf(value), type: value.type };
  }
  return { state: 'absent' };
}
