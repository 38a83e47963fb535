import type { Language } from './language.ts';

/** Numbers, sizes and times as a language writes them. */
export interface Formats {
  number(value: number): string;
  percent(fraction: number): string;
  /** Binary units, as every tool for machines has them: KiB, MiB, GiB. */
  bytes(value: number): string;
  rate(bytesPerSecond: number): string;
  dateTime(epochMs: number): string;
  date(epochMs: number): string;
  time(epochMs: number): string;
  /** `3 minutes ago`, `in 2 hours`. */
  relative(epochMs: number, nowMs: number): string;
  /** The two largest units: `1 h 12 min`. */
  duration(ms: number): string;
  list(items: readonly string[]): string;
}

const locales: Record<Language, string> = { en: 'en-GB', ja: 'ja-JP' };
const cache = new Map<string, Formats>();

/** One set of formatters for each language and time zone; making them is slow, using them is not. */
export function formatsFor(language: Language, timeZone?: string): Formats {
  const key = `${language} ${timeZone ?? ''}`;
  const known = cache.get(key);
  if (known) return known;
  const made = createFormats(locales[language], timeZone);
  cache.set(key, made);
  return made;
}

function createFormats(locale: string, timeZone?: string): Formats {
  const zone = timeZone === undefined ? {} : { timeZone };
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', ...zone });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', ...zone });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short', ...zone });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const bytes = (value: number) => formatBytes(locale, value);
  return {
    number: (value) => number.format(value),
    percent: (fraction) => percent.format(fraction),
    bytes,
    rate: (bytesPerSecond) => `${bytes(bytesPerSecond)}/s`,
    dateTime: (epochMs) => dateTime.format(epochMs),
    date: (epochMs) => date.format(epochMs),
    time: (epochMs) => time.format(epochMs),
    relative: (epochMs, nowMs) => formatRelative(relative, epochMs - nowMs),
    duration: (ms) => formatDuration(locale, ms),
    list: (items) => list.format(items),
  };
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

function formatBytes(locale: string, value: number): string {
  const exponent = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), byteUnits.length - 1);
  const scaled = value / 1024 ** exponent;
  const digits = exponent === 0 || scaled >= 100 ? 0 : 1;
  const text = new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(scaled);
  return `${text} ${byteUnits[exponent]}`;
}

const relativeUnits: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

function formatRelative(format: Intl.RelativeTimeFormat, differenceMs: number): string {
  const size = Math.abs(differenceMs);
  const [unit, unitMs] = relativeUnits.find(([, ms]) => size >= ms) ?? ['second', 1000];
  return format.format(Math.round(differenceMs / unitMs), unit);
}

const durationUnits = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

function formatDuration(locale: string, ms: number): string {
  const first = durationUnits.findIndex(([, unitMs]) => ms >= unitMs);
  // A tenth tells a quick step from one that took no time at all.
  if (first < 0) return formatUnit(locale, 'second', Math.max(0, Math.round(ms / 100) / 10));
  const [unit, unitMs] = durationUnits[first] ?? ['second', 1000];
  const whole = Math.floor(ms / unitMs);
  const next = durationUnits[first + 1];
  const rest = next ? Math.floor((ms - whole * unitMs) / next[1]) : 0;
  const head = formatUnit(locale, unit, whole);
  return next && rest > 0 ? `${head} ${formatUnit(locale, next[0], rest)}` : head;
}

function formatUnit(locale: string, unit: string, value: number): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}
