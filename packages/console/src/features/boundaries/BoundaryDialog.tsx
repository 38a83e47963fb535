import { Button, Switch, TextInput } from '@mantine/core';
import type { BoundaryDraft, BoundaryListRow } from '@tenkai/protocol/api/boundaries.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useMay } from '../session/session.queries.ts';
import { useSite } from '../settings/settings.queries.ts';
import { BoundaryMachines } from './BoundaryMachines.tsx';
import { useRemoveBoundary, useSaveBoundary } from './boundaries.queries.ts';
import { overlapTexts } from './overlap-texts.ts';

interface Props {
  /** Undefined: a new one. */
  readonly boundary: BoundaryListRow | undefined;
  readonly onClose: () => void;
}

function draftOf(boundary: BoundaryListRow | undefined, ownCode: string): BoundaryDraft {
  const {
    name = '',
    range = '',
    siteCode = ownCode,
    managementPoint = null,
    isForAssignment = true,
  } = boundary ?? {};
  return { name, range, siteCode, managementPoint, isForAssignment };
}

/** One boundary: what it is, what shares addresses with it, and who is in it. */
export function BoundaryDialog({ boundary, onClose }: Props) {
  const { t } = useTranslation();
  const canChange = useMay()('manage-site');
  const ownCode = useSite().data?.code ?? '';
  const save = useSaveBoundary(boundary?.id);
  const [changes, setChanges] = useState<Partial<BoundaryDraft>>({});
  const [isRemoving, setRemoving] = useState(false);
  const draft = { ...draftOf(boundary, ownCode), ...changes };
  const change = (part: Partial<BoundaryDraft>) => setChanges((before) => ({ ...before, ...part }));
  const overlaps = boundary ? overlapTexts(t, boundary) : [];
  return (
    <ConfirmAct
      title={boundary ? boundary.name : t('boundaries.new')}
      act={t('common.save')}
      size="lg"
      isDisabled={!canChange || draft.name.trim() === '' || draft.range.trim() === ''}
      onAct={() => save.mutateAsync(draft)}
      onClose={onClose}
    >
      <TextInput
        label={t('common.name')}
        maxLength={100}
        readOnly={!canChange}
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('boundaries.range')}
        description={t('boundaries.rangeText')}
        placeholder="10.1.0.0/16"
        maxLength={100}
        readOnly={!canChange}
        value={draft.range}
        onChange={(event) => change({ range: event.currentTarget.value })}
      />
      <TextInput
        label={t('boundaries.site')}
        description={t('boundaries.siteText')}
        maxLength={3}
        readOnly={!canChange}
        value={draft.siteCode}
        onChange={(event) => change({ siteCode: event.currentTarget.value.toUpperCase() })}
      />
      <TextInput
        label={`${t('boundaries.managementPoint')} (${t('common.optional')})`}
        description={t('boundaries.managementPointText')}
        placeholder="https://mp.example.test"
        maxLength={300}
        readOnly={!canChange}
        value={draft.managementPoint ?? ''}
        onChange={(event) => change({ managementPoint: event.currentTarget.value || null })}
      />
      <Switch
        label={t('boundaries.isForAssignment')}
        description={t('boundaries.isForAssignmentText')}
        disabled={!canChange}
        checked={draft.isForAssignment}
        onChange={(event) => change({ isForAssignment: event.currentTarget.checked })}
      />
      {overlaps.length > 0 ? (
        <section aria-label={t('boundaries.overlaps')}>
          <p>{t('boundaries.overlapsText')}</p>
          <ul>
            {overlaps.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </section>
      ) : null}
      {boundary ? <BoundaryMachines boundary={boundary} /> : null}
      {boundary && canChange ? (
        <div>
          <Button size="xs" variant="default" onClick={() => setRemoving(true)}>
            {t('boundaries.remove')}
          </Button>
        </div>
      ) : null}
      {isRemoving && boundary ? (
        <RemoveBoundary boundary={boundary} onRemoved={onClose} onClose={() => setRemoving(false)} />
      ) : null}
    </ConfirmAct>
  );
}

interface RemoveProps {
  readonly boundary: BoundaryListRow;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

function RemoveBoundary({ boundary, onRemoved, onClose }: RemoveProps) {
  const { t } = useTranslation();
  const remove = useRemoveBoundary(boundary.id);
  return (
    <ConfirmAct
      title={t('boundaries.removeTitle', { name: boundary.name })}
      act={t('boundaries.remove')}
      isDestructive
      onAct={async () => {
        await remove.mutateAsync();
        onRemoved();
      }}
      onClose={onClose}
    >
      <p>{t('boundaries.removeText')}</p>
    </ConfirmAct>
  );
}
