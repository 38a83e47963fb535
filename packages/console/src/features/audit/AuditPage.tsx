import { Button } from '@mantine/core';
import { IconFingerprint, IconShieldSearch } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { AuditRecord } from '@tenkai/protocol/api/status.ts';
import type { TFunction } from 'i18next';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Formats } from '../../i18n/format.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { useAuditList, useVerifyAudit } from './audit.queries.ts';

const route = getRouteApi('/inside/audit');

/** Who did what; the chain of hashes can be checked here. */
export function AuditPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const verify = useVerifyAudit();
  const source = listSource(useAuditList(filter));
  const columns = useMemo(() => auditColumns(t, formats), [t, formats]);
  const change = useCallback(
    (text: string) => void navigate({ search: text ? { action: text } : {}, replace: true }),
    [navigate],
  );
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader
        title={t('nav.audit')}
        note={verify.data ? <Verdict result={verify.data} /> : undefined}
        actions={
          <Button
            variant="default"
            leftSection={<IconShieldSearch size={16} />}
            loading={verify.isPending}
            onClick={() => verify.mutate()}
          >
            {t('audit.verify')}
          </Button>
        }
      />
      {verify.error ? <ProblemView error={verify.error} /> : null}
      <DataTable
        label={t('nav.audit')}
        storageKey="audit"
        source={source}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        filters={<SearchBox value={filter.action ?? ''} label={t('audit.action')} onChange={change} />}
        empty={<Empty icon={IconFingerprint} title={t('audit.none')} />}
      />
    </div>
  );
}

interface VerdictProps {
  readonly result: NonNullable<ReturnType<typeof useVerifyAudit>['data']>;
}

function Verdict({ result }: VerdictProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const checked = formats.number(result.checked);
  return (
    <span role="status">
      {result.ok ? (
        <StateLabel kind="succeeded" text={t('audit.whole', { checked })} />
      ) : (
        <StateLabel
          kind="failed"
          text={t(`audit.problems.${result.problem ?? 'edited'}`, { seq: result.firstBadSeq ?? '–' })}
        />
      )}
    </span>
  );
}

const idOf = (row: AuditRecord) => String(row.seq);
const nameOf = (row: AuditRecord) => row.action;

function auditColumns(t: TFunction, formats: Formats): Column<AuditRecord>[] {
  return [
    {
      id: 'seq',
      header: t('machines.timeline.id'),
      meta: { min: 62, grow: 0, isNumber: true, isFixed: true },
      cell: ({ row }) => row.original.seq,
    },
    {
      id: 'at',
      header: t('machines.timeline.at'),
      meta: { min: 168, grow: 0 },
      cell: ({ row }) => formats.dateTime(row.original.at),
    },
    {
      id: 'actor',
      header: t('audit.actor'),
      meta: { min: 90, grow: 1 },
      cell: ({ row }) => row.original.actorName,
    },
    {
      id: 'action',
      header: t('audit.action'),
      meta: { min: 185, grow: 1, isFixed: true },
      cell: ({ row }) => <span className="tk-mono">{row.original.action}</span>,
    },
    {
      id: 'object',
      header: t('audit.object'),
      meta: { min: 150, grow: 2 },
      cell: ({ row }) => <AuditObject record={row.original} />,
    },
    {
      id: 'details',
      header: t('audit.details'),
      meta: { min: 140, grow: 4 },
      cell: ({ row }) => {
        const text = detailsText(row.original.details);
        return (
          <span className="tk-mono" title={text}>
            {text}
          </span>
        );
      },
    },
    {
      id: 'hash',
      header: t('audit.hash'),
      meta: { min: 150, grow: 0, isExtra: true },
      cell: ({ row }) => <span className="tk-mono">{row.original.hash.slice(0, 16)}</span>,
    },
  ];
}

/** By its name, with its id in the tooltip; by its id where it has no other name. */
function AuditObject({ record: { object, objectName } }: { readonly record: AuditRecord }) {
  const { t, i18n } = useTranslation();
  if (objectName === null) return <span className="tk-mono">{object}</span>;
  const kind = object.slice(0, object.indexOf(':'));
  const key = `objects.${kindWords[kind] ?? kind}`;
  return (
    <span title={object}>
      {i18n.exists(key) ? t(key as 'objects.machine') : kind} {objectName}
    </span>
  );
}

/** Kinds of the log whose word in the table of objects is another. */
const kindWords: Readonly<Record<string, string>> = {
  'distribution-point': 'distribution point',
  token: 'API token',
};

function detailsText(details: Record<string, unknown>): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
