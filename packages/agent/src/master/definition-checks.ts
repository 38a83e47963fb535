/** What ClamAV's own programs say of a file before it is taken. Neither is on every machine that prepares an image. */
import { Failure } from '@tenkai/domain/failure.ts';
import type { DefinitionKind } from '@tenkai/domain/master/index.ts';
import { run } from '../platform/shell.ts';

const limitMs = 5 * 60_000;

/** That of ClamAV's makers, which only sigtool(1) can check; a site signs none. */
export type CheckedSignature = 'good' | 'not-checked';

export interface CheckTools {
  readonly sigtool?: string;
  readonly clamscan?: string;
}

export const invalid = (file: string, detail: string) =>
  new Failure('master-definitions-invalid', { file }, { detail });

/** @throws Failure master-definitions-invalid, with the words of the program */
export async function checkDefinition(
  kind: DefinitionKind,
  file: string,
  { sigtool = 'sigtool', clamscan = 'clamscan' }: CheckTools,
): Promise<CheckedSignature> {
  if (kind !== 'clamav-own') return checkSignature(sigtool, file);
  await checkLoads(clamscan, file);
  return 'not-checked';
}

/** sigtool(1) ends with 0 and says so only where the signature is good. */
async function checkSignature(sigtool: string, file: string): Promise<CheckedSignature> {
  const { code, stdout, stderr } = await run(sigtool, ['--info', file], { timeoutMs: limitMs });
  if (code === null) return 'not-checked';
  if (code === 0 && /^Verification OK/m.test(stdout)) return 'good';
  throw invalid(file, `${stdout}\n${stderr}`.trim().slice(-500));
}

/** One line that ClamAV cannot read keeps it from starting at all. It looks at the file itself: 1 is a find, 2 an error. */
async function checkLoads(clamscan: string, file: string): Promise<void> {
  const args = ['--no-summary', `--database=${file}`, file];
  const { code, stdout, stderr } = await run(clamscan, args, { timeoutMs: limitMs });
  if (code === null || code === 0 || code === 1) return;
  throw invalid(file, `${stdout}\n${stderr}`.trim().slice(-500));
}
