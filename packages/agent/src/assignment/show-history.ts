import { propertyNames } from '@tenkai/domain/assignment/properties.ts';
import type { PropertyEvent } from '@tenkai/domain/assignment/property-history.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { DataFolder } from '../data-folder.ts';
import { languageOf } from '../self-service/texts.ts';
import { readHistory } from './property-history.ts';

interface Scene {
  readonly data: DataFolder;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const nothing = { en: 'Nothing was noted yet.', ja: '記録はまだありません。' } as const;

/** `tenkai-agent properties`, oldest first. Source: AGENT-29. @throws Failure property-unknown */
export async function showHistory(
  { data, env }: Scene,
  name: string | undefined,
  isJson: boolean,
): Promise<void> {
  const wanted = name?.toUpperCase();
  if (wanted !== undefined && !propertyNames.some((one) => one === wanted))
    throw new Failure('property-unknown', { name: wanted.slice(0, 64), known: propertyNames.join(', ') });
  const events = readHistory(data).events.filter((one) => wanted === undefined || one.name === wanted);
  const lines = events.length === 0 ? [nothing[languageOf(env)]] : events.map(lineOf);
  const text = isJson ? JSON.stringify(events, null, 2) : lines.join('\n');
  await new Promise<void>((done) => process.stdout.write(`${text}\n`, () => done()));
}

const lineOf = ({ at, name, from, to, origin, version }: PropertyEvent) =>
  [new Date(at).toISOString(), name, `${from ?? '-'} -> ${to ?? '-'}`, origin, version].join('  ');
