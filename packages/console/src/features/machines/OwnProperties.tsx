import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { MachineDetail } from '@tenkai/protocol/api/machines.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../ui/Facts.tsx';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { useMay } from '../session/session.queries.ts';
import { useSetProperties } from './machines.queries.ts';

/** What administrators write on a machine: room, owner. */
export function OwnProperties({ machine }: { readonly machine: MachineDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const [isEditing, setEditing] = useState(false);
  const entries = Object.entries(machine.properties);
  return (
    <section className="tk-panel">
      <h2>{t('machines.sections.own')}</h2>
      {isEditing ? (
        <Editor machine={machine} onClose={() => setEditing(false)} />
      ) : (
        <>
          <Facts facts={entries.map(([label, value]) => ({ label, value }))} />
          <div className="tk-panel-body tk-stack">
            <span className="tk-muted">{t('machines.propertyText')}</span>
            {may('manage-machines') ? (
              <div>
                <Button size="xs" variant="default" onClick={() => setEditing(true)}>
                  {t('common.edit')}
                </Button>
              </div>
            ) : null}
          </div>
        </>
      )}
    </section>
  );
}

interface Entry {
  readonly key: number;
  readonly name: string;
  readonly value: string;
}

const namePattern = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;

function Editor({ machine, onClose }: { readonly machine: MachineDetail; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const save = useSetProperties(machine.id);
  const [entries, setEntries] = useState<Entry[]>(() =>
    Object.entries(machine.properties).map(([name, value], key) => ({ key, name, value })),
  );
  const change = (key: number, part: Partial<Entry>) =>
    setEntries((before) => before.map((entry) => (entry.key === key ? { ...entry, ...part } : entry)));
  const isValid = entries.every(({ name }) => namePattern.test(name));
  const submit = () =>
    save.mutate(Object.fromEntries(entries.map(({ name, value }) => [name, value])), { onSuccess: onClose });
  return (
    <div className="tk-panel-body tk-stack">
      {save.error ? <ProblemView error={save.error} /> : null}
      {entries.map(({ key, name, value }) => (
        <div key={key} className="tk-row">
          <TextInput
            flex={1}
            aria-label={t('machines.propertyName')}
            placeholder={t('machines.propertyName')}
            value={name}
            error={name !== '' && !namePattern.test(name)}
            onChange={(event) => change(key, { name: event.currentTarget.value })}
          />
          <TextInput
            flex={2}
            aria-label={t('machines.propertyValue')}
            placeholder={t('machines.propertyValue')}
            value={value}
            maxLength={1024}
            onChange={(event) => change(key, { value: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('common.remove')}
            onClick={() => setEntries((before) => before.filter((entry) => entry.key !== key))}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      <div className="tk-row">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() =>
            setEntries((before) => [
              ...before,
              { key: Math.max(-1, ...before.map((e) => e.key)) + 1, name: '', value: '' },
            ])
          }
        >
          {t('machines.propertyAdd')}
        </Button>
        <Button size="xs" disabled={!isValid} loading={save.isPending} onClick={submit}>
          {t('common.save')}
        </Button>
        <Button size="xs" variant="default" onClick={onClose}>
          {t('common.cancel')}
        </Button>
      </div>
    </div>
  );
}
