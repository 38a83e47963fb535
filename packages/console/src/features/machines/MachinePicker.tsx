import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';

interface Props {
  readonly label: string;
  /** Absent: the picker empties itself after each choice. */
  readonly value?: string | null;
  readonly onPick: (machineId: string) => void;
}

const mostShown = 20;
const pauseMs = 200;

/** Finds one machine among any number by its name. */
export function MachinePicker({ label, value, onPick }: Props) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search, pauseMs);
  const { data } = useQuery({
    queryKey: ['machines', 'found', asked],
    queryFn: ({ signal }) =>
      call(machineRoutes.list, { query: { ...(asked ? { search: asked } : {}), limit: mostShown }, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <Select
      label={label}
      placeholder={t('runs.searchMachine')}
      searchable
      nothingFoundMessage={t('table.noMatch')}
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      data={(data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      value={value ?? null}
      onChange={(id) => {
        if (id === null) return;
        onPick(id);
        if (value === undefined) setSearch('');
      }}
    />
  );
}
