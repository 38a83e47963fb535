import type { ConditionLeaf, Detection, LeafFact } from '@tenkai/domain';
import { versionHolds } from '@tenkai/domain/version/index.ts';
import { asNotDetected, type Found, foundText, lookForFile } from '../detect-file.ts';
import type { DetectionSource, Paths } from '../platform.ts';
import { run } from '../shell.ts';
import { findProgram } from './installer.ts';
import { readOsRelease } from './os-release.ts';
import { listDpkg, listRpm } from './packages.ts';

/** Detection scripts are questions; one that takes longer is broken (`Detection`, kind script). */
const scriptTimeoutMs = 60_000;

export function createDetection({ paths }: { paths: Paths }): DetectionSource {
  const versionOf = async (source: 'dpkg' | 'rpm' | 'msi', name: string, signal: AbortSignal) =>
    (await versionsOf(paths, { source, name }, signal)).installed[0] ?? null;
  return {
    async detect(rule, signal) {
      const { isDetected, found } = await look(paths, rule, signal).catch(asNotDetected);
      return { rule, isDetected, found: foundText(found) };
    },
    versionOf,
    probe: (leaf, signal) => probe(paths, leaf, signal),
  };
}

function look(paths: Paths, rule: Detection, signal: AbortSignal): Promise<Found> {
  if (rule.kind === 'file') return lookForFile(paths, rule, signal);
  if (rule.kind === 'package') return lookForPackage(paths, rule, signal);
  if (rule.kind === 'registry') return Promise.resolve({ isDetected: false, found: noRegistry });
  return lookByScript(paths, rule, signal);
}

/** Neither `there` nor `not there`: a condition on it holds on no Linux machine, turned round or not. */
const noRegistry = 'no registry on this system';

async function lookForPackage(
  paths: Paths,
  rule: Extract<Detection, { kind: 'package' }>,
  signal: AbortSignal,
): Promise<Found> {
  const { source, operator, version } = rule;
  const { installed, others } = await versionsOf(paths, rule, signal);
  const found = [...installed, ...others].join(', ') || 'not installed';
  if (installed.length === 0 || source === 'msi') return { isDetected: false, found };
  if (operator === undefined || version === undefined) return { isDetected: true, found };
  return { isDetected: installed.some((actual) => versionHolds(source, actual, operator, version)), found };
}

async function versionsOf(
  paths: Paths,
  { source, name }: { source: 'dpkg' | 'rpm' | 'msi'; name: string },
  signal: AbortSignal,
) {
  if (source === 'dpkg') {
    const rows = (await listDpkg(paths, name, signal)) ?? [];
    const installed = rows.filter(({ status }) => status === 'installed').map(({ version }) => version);
    const broken = rows.filter(({ status }) => status !== 'installed' && status !== 'not-installed');
    return { installed, others: broken.map(({ status, version }) => `${version} (${status})`) };
  }
  const rows = source === 'rpm' ? await listRpm(paths, name, signal) : [];
  return { installed: (rows ?? []).map(({ version }) => version), others: [] };
}

async function lookByScript(
  paths: Paths,
  rule: Extract<Detection, { kind: 'script' }>,
  signal: AbortSignal,
): Promise<Found> {
  const name = rule.interpreter === 'powershell' ? 'pwsh' : rule.interpreter;
  const program = findProgram(name);
  if (program === null) return { isDetected: false, found: `there is no ${name}` };
  const args = name === 'pwsh' ? ['-NoProfile', '-NonInteractive', '-Command', rule.text] : ['-c', rule.text];
  const options = {
    timeoutMs: scriptTimeoutMs,
    signal,
    env: paths.environment(),
    outputLimitBytes: 64 * 1024,
  };
  const { code, stdout, stderr, problem } = await run(program, args, options);
  const printed = stdout.trim();
  if (code === 0) return { isDetected: printed !== '', found: printed || 'nothing printed' };
  return { isDetected: false, found: problem || `exit code ${code} ${stderr.trim()}`.trim() };
}

async function probe(paths: Paths, leaf: ConditionLeaf, signal: AbortSignal): Promise<LeafFact> {
  switch (leaf.kind) {
    case 'file-exists': {
      const { isDetected } = await lookForFile(paths, { kind: 'file', path: leaf.path }, signal).catch(
        asNotDetected,
      );
      return isDetected ? { state: 'present', values: [] } : { state: 'absent' };
    }
    case 'package-installed':
    case 'package-version': {
      const { installed } = await versionsOf(paths, leaf, signal);
      return installed.length > 0 ? { state: 'present', values: installed } : { state: 'absent' };
    }
    case 'os-release': {
      const value = readOsRelease(paths).get(leaf.key);
      return value === undefined ? { state: 'absent' } : { state: 'present', values: [value] };
    }
    case 'registry':
      return { state: 'unknown', cause: noRegistry };
  }
}
