import { displayName } from '@tenkai/domain';
import type { PulledPackage, RepositoryDetail, RepositoryRow } from '@tenkai/protocol/api/repositories.ts';
import { bytesText, countText, timeText } from '../../format.ts';
import type { Output } from '../../output.ts';
import type { Column } from '../../table.ts';

const columns: readonly Column<RepositoryRow>[] = [
  { title: 'Name', value: (row) => row.name },
  { title: 'Address', value: (row) => row.url, shrinks: true },
  {
    title: 'State',
    value: stateText,
    shrinks: true,
    paint: (row, style) => (row.error || row.refusedCount > 0 ? style.bad : (text) => text),
  },
  { title: 'Gate', value: gateText },
  { title: 'Packages', value: (row) => String(row.packageCount), align: 'right' },
  { title: 'Waiting', value: (row) => String(row.waitingCount), align: 'right' },
  { title: 'Pulled', value: (row) => (row.pulledAt === null ? '-' : timeText(row.pulledAt)) },
  { title: 'Next', value: (row) => (row.nextPullAt === null ? '-' : timeText(row.nextPullAt)) },
];

export function listText(output: Output, rows: readonly RepositoryRow[]): string {
  return output.table(rows, columns, 'The site pulls from none.');
}

function stateText(row: RepositoryRow): string {
  if (!row.isEnabled) return 'off';
  if (row.isPulling) return 'pulling';
  return row.error?.message ?? (row.pulledAt === null ? 'not pulled yet' : `index ${row.indexVersion}`);
}

function gateText({ gate }: RepositoryRow): string {
  return gate.kind === 'lower' ? `lower:${gate.to}` : gate.kind;
}

function scheduleText({ schedule }: RepositoryRow): string {
  if (schedule.kind === 'manual') return 'only when asked';
  if (schedule.kind === 'interval') return `every ${countText(schedule.minutes, 'minute')}`;
  return `daily at ${schedule.at} (${schedule.timeZone})`;
}

const packageColumns: readonly Column<PulledPackage>[] = [
  { title: 'Name', value: (row) => (row.draft ? displayName(row.draft) : '-'), shrinks: true },
  {
    title: 'State',
    value: (row) => row.state + (row.isWithdrawn ? ', withdrawn' : ''),
    paint: (row, style) => (row.state === 'refused' ? style.bad : (text) => text),
  },
  { title: 'Urgency', value: (row) => row.draft?.urgency ?? '-' },
  { title: 'Size', value: (row) => bytesText(row.contentBytes), align: 'right' },
  { title: 'Offered', value: (row) => String(row.offered), align: 'right' },
  {
    title: 'Why',
    value: (row) => row.error?.message ?? (row.waitsFor === 'changed-here' ? 'changed on this site' : ''),
    shrinks: true,
  },
  { title: 'ID', value: (row) => row.packageId },
];

export function detailText(output: Output, detail: RepositoryDetail): string {
  const { error } = detail;
  return [
    output.properties([
      ['Name', detail.name],
      ['Address', detail.url],
      ['Key', detail.fingerprint],
      ['Pull', scheduleText(detail)],
      ['Gate', gateText(detail)],
      ['State', stateText(detail)],
      ...(error ? ([['Remedy', error.remedy]] as const) : []),
      ['Pulled', detail.pulledAt === null ? '-' : timeText(detail.pulledAt)],
      ['Next', detail.nextPullAt === null ? '-' : timeText(detail.nextPullAt)],
      ['Index', detail.indexVersion === null ? '-' : String(detail.indexVersion)],
      ['Good until', detail.expiresAt === null ? '-' : timeText(detail.expiresAt)],
    ]),
    '',
    output.table(detail.packages, packageColumns, 'It offers nothing.'),
  ].join('\n');
}
