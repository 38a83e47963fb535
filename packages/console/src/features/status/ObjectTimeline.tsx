import { Checkbox } from '@mantine/core';
import type { StatusSeverity } from '@tenkai/protocol/api/status.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SeveritySelect } from './SeveritySelect.tsx';
import { StatusTable } from './StatusTable.tsx';
import { useStatusList } from './status.queries.ts';

/** What happened to one object, newest or oldest first, each with its number (DIST-17). */
export function ObjectTimeline({ object }: { readonly object: string }) {
  const { t } = useTranslation();
  const [severity, setSeverity] = useState<StatusSeverity | null>(null);
  const [isOldestFirst, setOldestFirst] = useState(false);
  const list = useStatusList({
    object,
    order: isOldestFirst ? 'oldest' : 'newest',
    ...(severity ? { severity } : {}),
  });
  return (
    <StatusTable
      list={list}
      storageKey="timeline"
      filters={
        <>
          <SeveritySelect value={severity} onChange={setSeverity} />
          <Checkbox
            label={t('status.oldestFirst')}
            checked={isOldestFirst}
            onChange={(event) => setOldestFirst(event.currentTarget.checked)}
          />
        </>
      }
    />
  );
}
