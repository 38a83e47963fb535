import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePackages } from '../packages/packages.queries.ts';

interface Props {
  readonly value: string | null;
  readonly onChange: (packageId: string | null, displayName: string | undefined) => void;
  /** Empty: a command of the machine. */
  readonly isOptional?: boolean;
}

/** Registered packages, found by ID, name or type (BSCN-03). */
export function PackageSelect({ value, onChange, isOptional = false }: Props) {
  const { t } = useTranslation();
  const packages = usePackages();
  const rows = packages.data?.items ?? [];
  return (
    <Select
      label={t('deployments.wizard.choosePackage')}
      searchable
      clearable={isOptional}
      allowDeselect={isOptional}
      required={!isOptional}
      placeholder={isOptional ? t('scenarios.noPackage') : ''}
      nothingFoundMessage={t('table.noMatch')}
      data={rows.map(({ id, displayName, type }) => ({
        value: id,
        label: `${displayName} (${id}, ${t(`packages.types.${type as 'tool'}`)})`,
      }))}
      value={value}
      onChange={(id) => onChange(id, rows.find((row) => row.id === id)?.displayName)}
    />
  );
}
