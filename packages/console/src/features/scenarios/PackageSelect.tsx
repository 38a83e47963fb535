import { type ComboboxParsedItem, Select } from '@mantine/core';
import type { PackageRow } from '@tenkai/protocol/api/packages.ts';
import { useTranslation } from 'react-i18next';
import { isFound } from '../packages/find-packages.ts';
import { usePackages } from '../packages/packages.queries.ts';

interface Props {
  readonly value: string | null;
  readonly onChange: (packageId: string | null, displayName: string | undefined) => void;
  /** Empty: a command of the machine. */
  readonly isOptional?: boolean;
  /** What an empty field means. */
  readonly placeholder?: string;
}

/** Registered packages, found by ID, name, type or operating system (BSCN-03). */
export function PackageSelect({ value, onChange, isOptional = false, placeholder }: Props) {
  const { t } = useTranslation();
  const packages = usePackages();
  const rows = packages.data?.items ?? [];
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const typeText = (row: PackageRow) => t(`packages.types.${row.type as 'tool'}`);
  const about = (row: PackageRow) =>
    [row.id, typeText(row), row.operatingSystems.join(', ') || t('packages.everySystem')].join(' · ');
  const isShown = (option: ComboboxParsedItem, search: string) => {
    const row = 'value' in option ? rowOf.get(option.value) : undefined;
    return row !== undefined && isFound(row, search, typeText(row));
  };
  return (
    <Select
      label={t('deployments.wizard.choosePackage')}
      searchable
      clearable={isOptional}
      allowDeselect={isOptional}
      required={!isOptional}
      placeholder={isOptional ? (placeholder ?? t('scenarios.noPackage')) : ''}
      nothingFoundMessage={t('table.noMatch')}
      data={rows.map(({ id, displayName }) => ({ value: id, label: displayName }))}
      filter={({ options, search }) => {
        // The field shows what was chosen: that it is there must not hide the others.
        const isChosen = value !== null && search === rowOf.get(value)?.displayName;
        return isChosen ? options : options.filter((option) => isShown(option, search));
      }}
      renderOption={({ option }) => {
        const row = rowOf.get(option.value);
        return (
          <span>
            {option.label}
            <small className="tk-muted" style={{ display: 'block' }}>
              {row ? about(row) : null}
            </small>
          </span>
        );
      }}
      value={value}
      onChange={(id) => onChange(id, rows.find((row) => row.id === id)?.displayName)}
    />
  );
}
