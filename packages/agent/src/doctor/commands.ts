import { diagnosisLanguage, diagnosisText, faultsOf, findingTexts } from '@tenkai/domain/diagnosis/index.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { DataFolder } from '../data-folder.ts';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import { readStatus } from '../service/status-file.ts';
import { readSettings } from '../settings.ts';
import { examine } from './examine.ts';

type Env = Readonly<Record<string, string | undefined>>;

const limitMs = 60_000;

/** `tenkai-agent doctor`. @throws Failure doctor-found-faults, rights-missing */
export async function doctor(data: DataFolder, env: Env, isJson: boolean): Promise<void> {
  const settings = readSettings(data);
  const platform = await selectPlatform(platformOptions(env, settings));
  const service = readStatus(data);
  const isServiceAlive = service !== undefined && platform.processes.isAlive(service.process);
  const found = await examine({ data, settings, isServiceAlive }, AbortSignal.timeout(limitMs));
  const language = diagnosisLanguage(env);
  const findings = found.findings.map((finding) => ({ ...finding, ...findingTexts(finding, language) }));
  const text = isJson ? JSON.stringify({ ...found, findings }, null, 2) : diagnosisText(found, language);
  process.stdout.write(`${text}\n`);
  const faults = faultsOf(found);
  if (faults.length > 0)
    throw new Failure('doctor-found-faults', { parts: faults.map(({ part }) => part).join(', ') });
}
