import type { PropertyEvent, PropertyOrigin } from '@tenkai/domain/assignment/property-history.ts';
import { table } from '../certificates/texts.ts';
import type { DataFolder } from '../data-folder.ts';
import { languageOf } from '../self-service/texts.ts';
import { readSettings } from '../settings.ts';
import { readHistory } from './property-history.ts';
import { propertyValues } from './with-properties.ts';

interface Scene {
  readonly data: DataFolder;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ConfiguredProperty {
  readonly name: string;
  readonly value: string;
  /** What brought this value; `other`: nobody said so, such as a settings file that was edited. */
  readonly origin: PropertyOrigin;
  /** Epoch milliseconds; null: nobody has noted it. */
  readonly since: number | null;
  /** Of the agent then. */
  readonly version: string | null;
}

const words = {
  en: {
    head: ['PROPERTY', 'VALUE', 'ORIGIN', 'SINCE', 'AGENT'],
    none: 'No property is set.',
    origins: {
      installation: 'installer',
      assign: 'assign',
      patch: 'patch',
      rollback: 'rollback',
      other: 'other',
    },
  },
  ja: {
    head: ['プロパティ', '値', '設定元', '日時', 'エージェント'],
    none: 'プロパティは設定されていません。',
    origins: {
      installation: 'インストーラー',
      assign: 'assign',
      patch: '修正プログラム',
      rollback: 'ロールバック',
      other: 'その他',
    },
  },
} as const;

/** The properties as they are now, each with what brought it. Source: AGENT-12. */
export function configured(data: DataFolder): ConfiguredProperty[] {
  const { events } = readHistory(data);
  return Object.entries(propertyValues(readSettings(data))).map(([name, value]) => {
    const last = events.findLast((event) => event.name === name);
    return { name, value, ...toldBy(last?.to === value ? last : undefined) };
  });
}

const toldBy = (event: PropertyEvent | undefined) => ({
  origin: event?.origin ?? ('other' as const),
  since: event?.at ?? null,
  version: event?.version ?? null,
});

/** `tenkai-agent config show` */
export async function showConfig({ data, env }: Scene, isJson: boolean): Promise<void> {
  const properties = configured(data);
  const { head, none, origins } = words[languageOf(env)];
  const rows = properties.map(({ name, value, origin, since, version }) => [
    name,
    value,
    origins[origin],
    since === null ? '-' : new Date(since).toISOString(),
    version ?? '-',
  ]);
  const text = rows.length === 0 ? none : table([head, ...rows]);
  const shown = isJson ? JSON.stringify(properties, null, 2) : text;
  await new Promise<void>((done) => process.stdout.write(`${shown}\n`, () => done()));
}
