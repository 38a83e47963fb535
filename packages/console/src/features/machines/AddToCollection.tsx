import { Radio, Select, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { CollectionRow } from '@tenkai/protocol/api/collections.ts';
import { collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import type { MachineRow } from '@tenkai/protocol/api/machines.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useCollections } from '../collections/collections.queries.ts';
import { withMachines } from '../collections/direct-members.ts';
import { MachineNames } from './MachineNames.tsx';

interface Props {
  readonly machines: readonly MachineRow[];
  /** True: goes on to a new deployment for the collection. */
  readonly isForDeployment: boolean;
  readonly onClose: () => void;
}

/** Puts machines into a collection by name (DIST-21), an old or a new one. */
export function AddToCollection({ machines, isForDeployment, onClose }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const navigate = useNavigate();
  const collections = useCollections();
  const own = (collections.data?.items ?? []).filter(({ isBuiltIn }) => !isBuiltIn);
  const [target, setTarget] = useState<'new' | 'existing'>('new');
  const [name, setName] = useState(() =>
    t('machines.newCollectionName', { count: machines.length, at: formats.dateTime(Date.now()) }),
  );
  const [existingId, setExistingId] = useState<string | null>(null);
  const existing = own.find(({ id }) => id === existingId);
  const ids = machines.map(({ id }) => id);
  const act = async () => {
    const saved =
      target === 'new' ? await create(name.trim(), ids) : existing ? await extend(existing, ids) : undefined;
    if (!saved) return;
    void tell(new Set(['collections']));
    if (isForDeployment) void navigate({ to: '/deployments/new', search: { collection: saved.id } });
    else void navigate({ to: '/collections/$collectionId', params: { collectionId: saved.id } });
  };
  return (
    <ConfirmAct
      title={isForDeployment ? t('machines.deployTitle') : t('machines.acts.addToCollection')}
      act={isForDeployment ? t('common.next') : t('common.add')}
      isDisabled={target === 'new' ? name.trim() === '' : existing === undefined}
      onAct={act}
      onClose={onClose}
    >
      {isForDeployment ? <p>{t('machines.deployText')}</p> : null}
      <MachineNames machines={machines} />
      <Radio.Group value={target} onChange={(value) => setTarget(value as 'new' | 'existing')}>
        <div className="tk-stack">
          <Radio value="new" label={t('machines.toNewCollection')} />
          {target === 'new' ? (
            <TextInput
              aria-label={t('common.name')}
              value={name}
              maxLength={127}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          ) : null}
          <Radio value="existing" label={t('machines.toCollection')} />
          {target === 'existing' ? (
            <Select
              aria-label={t('machines.collection')}
              searchable
              data={own.map(({ id, name: label }) => ({ value: id, label }))}
              value={existingId}
              onChange={setExistingId}
            />
          ) : null}
        </div>
      </Radio.Group>
    </ConfirmAct>
  );
}

function create(name: string, machineIds: string[]): Promise<CollectionRow> {
  const rules = withMachines([], machineIds);
  return call(collectionRoutes.create, { body: { name, limitingCollectionId: null, rules } });
}

function extend(collection: CollectionRow, machineIds: string[]): Promise<CollectionRow> {
  const { id, name, description, limitingCollectionId, rules, revision } = collection;
  const body = {
    name,
    ...(description === undefined ? {} : { description }),
    limitingCollectionId,
    rules: withMachines(rules, machineIds),
    revision,
  };
  return call(collectionRoutes.update, { params: { id }, body });
}
