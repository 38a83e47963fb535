import { Button } from '@mantine/core';
import { IconCalendarOff, IconPlus } from '@tabler/icons-react';
import type { MaintenanceWindow } from '@tenkai/domain/schedule/window.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { describeSchedule } from '../schedules/describe-schedule.ts';
import { firstOf } from '../schedules/ScheduleForm.tsx';
import { useMay } from '../session/session.queries.ts';
import { useReplaceWindows, useWindows } from './collections.queries.ts';
import { WindowForm } from './WindowForm.tsx';

/** Times in which the machines of a collection may be changed. */
export function CollectionWindows({ collectionId }: { readonly collectionId: string }) {
  const query = useWindows(collectionId);
  return (
    <Loaded query={query}>{({ items }) => <Windows collectionId={collectionId} windows={items} />}</Loaded>
  );
}

interface Props {
  readonly collectionId: string;
  readonly windows: readonly MaintenanceWindow[];
}

function Windows({ collectionId, windows }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay();
  const replace = useReplaceWindows(collectionId);
  const [edited, setEdited] = useState<MaintenanceWindow>();
  const [removed, setRemoved] = useState<MaintenanceWindow>();
  const canChange = may('manage-collections');
  const save = (window: MaintenanceWindow) => replace.mutateAsync(withWindow(windows, window));
  return (
    <section className="tk-panel" aria-label={t('collections.tabs.windows')}>
      {windows.length === 0 ? (
        <Empty
          icon={IconCalendarOff}
          title={t('collections.noWindows')}
          text={t('collections.noWindowsText')}
        />
      ) : (
        <ul className="tk-list-plain tk-windows">
          {windows.map((window) => (
            <li key={window.id} className="tk-row">
              <b>{window.name}</b>
              <span>{describeSchedule(t, formats, window.schedule)}</span>
              <span className="tk-muted">{formats.duration(window.durationMinutes * 60_000)}</span>
              {canChange ? (
                <>
                  <Button size="compact-sm" variant="default" ml="auto" onClick={() => setEdited(window)}>
                    {t('common.edit')}
                  </Button>
                  <Button size="compact-sm" variant="default" onClick={() => setRemoved(window)}>
                    {t('common.remove')}
                  </Button>
                </>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {canChange ? (
        <div className="tk-panel-body">
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => setEdited(newWindow())}
          >
            {t('collections.addWindow')}
          </Button>
        </div>
      ) : null}
      {edited ? <WindowForm window={edited} onSave={save} onClose={() => setEdited(undefined)} /> : null}
      {removed ? (
        <ConfirmAct
          title={t('collections.removeWindow', { name: removed.name })}
          act={t('common.remove')}
          isDestructive
          onAct={() => replace.mutateAsync(windows.filter(({ id }) => id !== removed.id))}
          onClose={() => setRemoved(undefined)}
        >
          <p>
            {windows.length === 1 ? t('collections.removeLastWindowText') : t('collections.removeWindowText')}
          </p>
        </ConfirmAct>
      ) : null}
    </section>
  );
}

function newWindow(): MaintenanceWindow {
  return {
    id: crypto.randomUUID(),
    name: '',
    schedule: firstOf('recurring') as MaintenanceWindow['schedule'],
    durationMinutes: 240,
  };
}

function withWindow(windows: readonly MaintenanceWindow[], window: MaintenanceWindow): MaintenanceWindow[] {
  const isOld = windows.some(({ id }) => id === window.id);
  return isOld ? windows.map((each) => (each.id === window.id ? window : each)) : [...windows, window];
}
