import { Button, NumberInput, Switch, TextInput } from '@mantine/core';
import type {
  DistributionPointDraft,
  DistributionPointRow,
} from '@tenkai/protocol/api/distribution-points.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useCreatePoint, useRemovePoint, useUpdatePoint } from './points.queries.ts';

interface Props {
  /** Undefined: a new one. */
  readonly point: DistributionPointRow | undefined;
  readonly onClose: () => void;
}

const newPoint: DistributionPointDraft = {
  name: '',
  baseUrl: '',
  folder: null,
  isEnabled: true,
  takesAll: true,
  hasFileView: false,
  preference: 100,
};
const switches = ['isEnabled', 'takesAll', 'hasFileView'] as const;

function draftOf(point: DistributionPointRow): DistributionPointDraft {
  const { name, baseUrl, folder, isEnabled, takesAll, hasFileView, preference } = point;
  return { name, baseUrl, folder, isEnabled, takesAll, hasFileView, preference };
}

/** A static web server that holds content. */
export function PointDialog({ point, onClose }: Props) {
  const { t } = useTranslation();
  const create = useCreatePoint();
  const update = useUpdatePoint(point?.id ?? '');
  const [draft, setDraft] = useState<DistributionPointDraft>(() => (point ? draftOf(point) : newPoint));
  const [isRemoving, setRemoving] = useState(false);
  const change = (part: Partial<DistributionPointDraft>) => setDraft((before) => ({ ...before, ...part }));
  const save = () =>
    point ? update.mutateAsync({ ...draft, revision: point.revision }) : create.mutateAsync(draft);
  return (
    <ConfirmAct
      title={point ? point.name : t('points.new')}
      act={t('common.save')}
      isDisabled={draft.name.trim() === '' || draft.baseUrl.trim() === ''}
      onAct={save}
      onClose={onClose}
    >
      <TextInput
        label={t('common.name')}
        maxLength={127}
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('points.baseUrl')}
        description={t('points.baseUrlText')}
        placeholder="https://content.example.test/tenkai"
        maxLength={1024}
        value={draft.baseUrl}
        onChange={(event) => change({ baseUrl: event.currentTarget.value })}
      />
      <TextInput
        label={`${t('points.folder')} (${t('common.optional')})`}
        description={t('points.folderText')}
        maxLength={1024}
        value={draft.folder ?? ''}
        onChange={(event) => change({ folder: event.currentTarget.value || null })}
      />
      <NumberInput
        label={t('points.preference')}
        description={t('points.preferenceText')}
        min={0}
        max={1000}
        value={draft.preference}
        onChange={(value) => change({ preference: Number(value) || 0 })}
      />
      {switches.map((field) => (
        <Switch
          key={field}
          label={t(`points.${field}`)}
          description={t(`points.${field}Text`)}
          checked={draft[field]}
          onChange={(event) => change({ [field]: event.currentTarget.checked })}
        />
      ))}
      {point && !point.isBuiltIn ? (
        <div>
          <Button size="xs" variant="default" onClick={() => setRemoving(true)}>
            {t('points.remove')}
          </Button>
        </div>
      ) : null}
      {isRemoving && point ? (
        <RemovePoint point={point} onRemoved={onClose} onClose={() => setRemoving(false)} />
      ) : null}
    </ConfirmAct>
  );
}

interface RemoveProps {
  readonly point: DistributionPointRow;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

function RemovePoint({ point, onRemoved, onClose }: RemoveProps) {
  const { t } = useTranslation();
  const remove = useRemovePoint(point.id);
  return (
    <ConfirmAct
      title={t('points.removeTitle', { name: point.name })}
      act={t('points.remove')}
      isDestructive
      onAct={async () => {
        await remove.mutateAsync();
        onRemoved();
      }}
      onClose={onClose}
    >
      <p>{t('points.removeText')}</p>
    </ConfirmAct>
  );
}
