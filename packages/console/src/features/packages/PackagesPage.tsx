import { IconBox, IconPlus } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { PackageRow } from '@tenkai/protocol/api/packages.ts';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterSelect } from '../../ui/FilterSelect.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { querySource } from '../../ui/table/row-source.ts';
import { useMay } from '../session/session.queries.ts';
import { isFound, systemsOf } from './find-packages.ts';
import { packageColumns } from './package-columns.tsx';
import { usePackages } from './packages.queries.ts';

const route = getRouteApi('/inside/packages');
const types = ['application', 'hotfix', 'service-pack', 'linux-update', 'tool', 'agent'] as const;

export function PackagesPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay();
  const { search = '', type, os } = route.useSearch();
  const navigate = route.useNavigate();
  const query = usePackages();
  const all = query.data?.items;
  const systems = useMemo(() => systemsOf(all ?? []), [all]);
  const rows = useMemo(
    () =>
      (all ?? []).filter(
        (row) =>
          (type === undefined || row.type === type) &&
          (os === undefined || row.operatingSystems.includes(os)) &&
          isFound(row, search, t(`packages.types.${row.type as 'tool'}`)),
      ),
    [all, search, type, os, t],
  );
  const columns = useMemo(() => packageColumns(t, formats), [t, formats]);
  const changeSearch = useCallback(
    (text: string) =>
      void navigate({
        search: ({ search: _before, ...rest }) => (text ? { ...rest, search: text } : rest),
        replace: true,
      }),
    [navigate],
  );
  const open = useCallback(
    (row: PackageRow) => void navigate({ to: '/packages/$packageId', params: { packageId: row.id } }),
    [navigate],
  );
  const isFiltered = search !== '' || type !== undefined || os !== undefined;
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader
        title={t('nav.packages')}
        actions={
          may('manage-packages') ? (
            <ButtonLink to="/packages/new" leftSection={<IconPlus size={16} />}>
              {t('palette.newPackage')}
            </ButtonLink>
          ) : null
        }
      />
      <DataTable
        label={t('nav.packages')}
        storageKey="packages"
        source={querySource(query, rows)}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        onOpen={open}
        filters={
          <>
            <SearchBox value={search} label={t('packages.search')} onChange={changeSearch} />
            <FilterSelect
              label={t('packages.fields.type')}
              w={180}
              data={types.map((value) => ({ value, label: t(`packages.types.${value}`) }))}
              value={type ?? null}
              onChange={(next) =>
                void navigate({
                  search: ({ type: _before, ...rest }) => (next ? { ...rest, type: next } : rest),
                  replace: true,
                })
              }
            />
            <FilterSelect
              label={t('packages.targets.operatingSystem')}
              searchable
              w={180}
              data={systems}
              value={os ?? null}
              onChange={(next) =>
                void navigate({
                  search: ({ os: _before, ...rest }) => (next ? { ...rest, os: next } : rest),
                  replace: true,
                })
              }
            />
          </>
        }
        empty={
          isFiltered ? (
            <Empty icon={IconBox} title={t('table.noMatch')} text={t('table.noMatchText')} />
          ) : (
            <Empty icon={IconBox} title={t('packages.none')} text={t('packages.noneText')} />
          )
        }
      />
    </div>
  );
}

const idOf = (row: PackageRow) => row.id;
const nameOf = (row: PackageRow) => row.displayName;
