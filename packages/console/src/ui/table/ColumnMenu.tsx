import { ActionIcon, Menu } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import type { VisibilityState } from '@tanstack/react-table';
import { useTranslation } from 'react-i18next';
import type { Column } from './columns.ts';

interface Props<T> {
  readonly columns: readonly Column<T>[];
  readonly visibility: VisibilityState;
  readonly onChange: (next: VisibilityState) => void;
}

/** Which columns to show. */
export function ColumnMenu<T>({ columns, visibility, onChange }: Props<T>) {
  const { t } = useTranslation();
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={32} aria-label={t('table.columns')} title={t('table.columns')}>
          <IconColumns3 size={17} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('table.columns')}</Menu.Label>
        {columns
          .filter((column) => !column.meta.isFixed)
          .map(({ id, header }) => (
            <Menu.CheckboxItem
              key={id}
              checked={visibility[id] === true}
              onChange={(isShown) => onChange({ ...visibility, [id]: isShown })}
            >
              {header}
            </Menu.CheckboxItem>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
