import { IconEye } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { DeploymentPreview } from '@tenkai/protocol/api/deployments.ts';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Formats } from '../../i18n/format.ts';
import { reasonText, useSentences } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { rowsSource } from '../../ui/table/row-source.ts';
import './PreviewStep.css';

type PreviewedMachine = DeploymentPreview['machines'][number];

/** What will happen: which machines, why not the others, bytes and restarts. */
export function PreviewStep({ preview }: { readonly preview: UseQueryResult<DeploymentPreview> }) {
  return <Loaded query={preview}>{(data) => <Content preview={data} />}</Loaded>;
}

function Content({ preview }: { readonly preview: DeploymentPreview }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { reasonText: text } = useSentences();
  const source = useMemo(() => rowsSource(preview.machines), [preview.machines]);
  const columns = useMemo(() => previewColumns(t, formats), [t, formats]);
  const { applicableCount, targetCount } = preview;
  const numbers = [
    [formats.number(applicableCount), t('deployments.preview.applicable')],
    [formats.number(targetCount - applicableCount), t('deployments.preview.notApplicable')],
    [formats.bytes(preview.totalBytes), t('deployments.preview.bytes')],
    [formats.number(preview.totalRestarts), t('deployments.preview.restarts')],
  ] as const;
  return (
    <div className="tk-stack tk-preview">
      <section className="tk-panel" aria-label={t('deployments.preview.title')}>
        <h2>{t('deployments.preview.title')}</h2>
        <div className="tk-preview-numbers">
          {numbers.map(([value, label]) => (
            <p key={label} className="tk-big">
              <b>{value}</b> {label}
            </p>
          ))}
        </div>
      </section>
      {applicableCount === 0 ? <p className="tk-warnings">{t('deployments.preview.nobody')}</p> : null}
      {preview.warnings.length > 0 ? (
        <ul className="tk-warnings" aria-label={t('deployments.preview.warnings')}>
          {preview.warnings.map((warning) => (
            <li key={`${warning.code} ${JSON.stringify(warning.params)}`}>{text(warning)}</li>
          ))}
        </ul>
      ) : null}
      {preview.isTruncated ? (
        <p className="tk-muted" style={{ margin: 0 }}>
          {t('deployments.preview.truncated', { count: preview.machines.length })}
        </p>
      ) : null}
      <div className="tk-preview-table">
        <DataTable
          label={t('deployments.preview.title')}
          storageKey="preview"
          source={source}
          columns={columns}
          rowId={idOf}
          rowName={nameOf}
          empty={<Empty icon={IconEye} title={t('collections.noMembers')} />}
        />
      </div>
    </div>
  );
}

const idOf = (row: PreviewedMachine) => row.machineId;
const nameOf = (row: PreviewedMachine) => row.machineName;

function previewColumns(t: TFunction, formats: Formats): Column<PreviewedMachine>[] {
  return [
    {
      id: 'machine',
      header: t('deployments.preview.machine'),
      meta: { min: 160, grow: 1, isFixed: true },
      cell: ({ row }) => row.original.machineName,
    },
    {
      id: 'runs',
      header: t('deployments.preview.runs'),
      meta: { min: 100, grow: 0, isFixed: true },
      cell: ({ row }) => (
        <StateLabel
          kind={row.original.isApplicable ? 'succeeded' : 'neutral'}
          text={row.original.isApplicable ? t('deployments.preview.yes') : t('deployments.preview.no')}
        />
      ),
    },
    {
      id: 'why',
      header: t('deployments.preview.why'),
      meta: { min: 260, grow: 3 },
      cell: ({ row }) => {
        const sentences = row.original.reasons.map((reason) => reasonText(reason)).join(' ');
        return <span title={sentences}>{sentences}</span>;
      },
    },
    {
      id: 'start',
      header: t('deployments.preview.start'),
      meta: { min: 170, grow: 0 },
      cell: ({ row }) => startText(t, formats, row.original),
    },
    {
      id: 'bytes',
      header: t('deployments.preview.perMachine'),
      meta: { min: 95, grow: 0, isNumber: true },
      cell: ({ row }) => (row.original.isApplicable ? formats.bytes(row.original.bytes) : ''),
    },
    {
      id: 'restarts',
      header: t('deployments.preview.restartsEach'),
      meta: { min: 80, grow: 0, isNumber: true },
      cell: ({ row }) => (row.original.isApplicable ? row.original.restarts : ''),
    },
  ];
}

function startText(t: TFunction, formats: Formats, machine: PreviewedMachine): string {
  if (!machine.isApplicable) return '';
  if (machine.earliestStartAt === null) return t('deployments.preview.never');
  return formats.dateTime(machine.earliestStartAt);
}
