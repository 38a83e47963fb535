import type { HostKeys, PushKey } from '@tenkai/protocol/api/push-keys.ts';
import type { PushHost, PushRow } from '@tenkai/protocol/api/pushes.ts';
import { timeText } from '../../format.ts';
import type { Column } from '../../table.ts';

const goodStates = new Set(['done', 'running']);

export const pushColumns: readonly Column<PushRow>[] = [
  { title: 'Begun', value: (row) => timeText(row.createdAt) },
  { title: 'By', value: (row) => row.by },
  {
    title: 'State',
    value: (row) => row.state,
    paint: (row, style) => (goodStates.has(row.state) ? style.good : style.bad),
  },
  {
    title: 'Machines',
    value: (row) =>
      Object.entries(row.counts)
        .map(([state, count]) => `${count} ${state}`)
        .join(', '),
    shrinks: true,
  },
  { title: 'ID', value: (row) => row.id },
];

export const hostColumns: readonly Column<PushHost>[] = [
  { title: 'Machine', value: (row) => row.host },
  {
    title: 'State',
    value: (row) => row.outcome ?? row.state,
    paint: (row, style) => (row.problem || row.state === 'awaiting-approval' ? style.bad : style.good),
  },
  { title: 'Version', value: (row) => row.version ?? '-' },
  { title: 'What', value: (row) => whatOf(row), shrinks: true },
  { title: 'Since', value: (row) => timeText(row.updatedAt) },
];

function whatOf({ problem, offered, known }: PushHost): string {
  const keys = known.length > 0 ? [`confirmed: ${known.join(' ')}`, `shown: ${offered.join(' ')}`] : offered;
  return problem
    ? [problem.code, problem.message, problem.detail, ...keys].filter(Boolean).join(' ')
    : keys.join(' ');
}

export const keyColumns: readonly Column<PushKey>[] = [
  { title: 'Made', value: (row) => timeText(row.createdAt) },
  { title: 'Fingerprint', value: (row) => row.fingerprint },
  { title: 'Line for authorized_keys', value: (row) => row.publicKey },
  { title: 'ID', value: (row) => row.id },
];

export const hostKeyColumns: readonly Column<HostKeys>[] = [
  { title: 'Machine', value: (row) => row.host },
  { title: 'Fingerprints', value: (row) => row.fingerprints.join(' ') },
  { title: 'How', value: (row) => row.origin },
  { title: 'By', value: (row) => row.approvedBy },
  { title: 'When', value: (row) => timeText(row.approvedAt) },
];
