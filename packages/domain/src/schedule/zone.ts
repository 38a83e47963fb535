/** A day of a calendar as it hangs on a wall, without a zone. `month` is 1 to 12. */
export interface LocalDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether the platform's zone data knows an IANA name. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** How far local time is ahead of UTC at an instant, in milliseconds. @throws RangeError for an unknown zone. */
export function zoneOffsetMs(timeZone: string, epochMs: number): number {
  const wholeSeconds = Math.floor(epochMs / 1000) * 1000;
  return localAsUtc(timeZone, wholeSeconds) - wholeSeconds;
}

/** The local day in which an instant lies. */
export function localDateOf(timeZone: string, epochMs: number): LocalDate {
  return dateOfDayNumber(Math.floor((epochMs + zoneOffsetMs(timeZone, epochMs)) / dayMs));
}

/**
 * The instant of a local time. One that comes twice (clocks set back) is the first; one that is skipped (clocks
 * set forward) is the first valid instant after it, which is the moment of the change.
 */
export function instantOf(timeZone: string, date: LocalDate, minuteOfDay: number): number {
  const wall = dayNumber(date) * dayMs + minuteOfDay * 60_000;
  const before = wall - zoneOffsetMs(timeZone, wall - dayMs);
  const after = wall - zoneOffsetMs(timeZone, wall + dayMs);
  const valid = [before, after].filter((instant) => instant + zoneOffsetMs(timeZone, instant) === wall);
  if (valid.length > 0) return Math.min(...valid);
  return changeBetween(timeZone, Math.min(before, after), Math.max(before, after));
}

/** Bisects to the second at which the offset changes between two instants. */
function changeBetween(timeZone: string, from: number, to: number): number {
  const offset = zoneOffsetMs(timeZone, from);
  let low = Math.floor(from / 1000);
  let high = Math.ceil(to / 1000);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zoneOffsetMs(timeZone, middle * 1000) === offset) low = middle;
    else high = middle;
  }
  return high * 1000;
}

function localAsUtc(timeZone: string, epochMs: number): number {
  const parts = formatOf(timeZone).formatToParts(epochMs);
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value ?? 0);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/** Formatters are dear to make (0.1 ms), and a site uses few zones. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size >= 1000) formats.clear();
  formats.set(timeZone, format);
  return format;
}

/** Days since 1970-01-01; days beyond a month's end run on into the next. */
export function dayNumber({ year, month, day }: LocalDate): number {
  return Date.UTC(year, month - 1, day) / dayMs;
}

export function dateOfDayNumber(days: number): LocalDate {
  const date = new Date(days * dayMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** Monday is 0, for 1970-01-01 was a Thursday. */
export function weekdayOfDayNumber(days: number): number {
  return (((days + 3) % 7) + 7) % 7;
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
