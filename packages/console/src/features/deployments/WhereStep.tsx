import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { useCollections } from '../collections/collections.queries.ts';
import type { WizardStepProps } from './WhatStep.tsx';

/** The collection whose machines get it. */
export function WhereStep({ plan, onChange }: WizardStepProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const collections = useCollections();
  const rows = collections.data?.items ?? [];
  const chosen = rows.find(({ id }) => id === plan.collectionId);
  return (
    <section className="tk-panel tk-panel-body tk-stack">
      {collections.error ? <ProblemView error={collections.error} /> : null}
      <Select
        label={t('deployments.wizard.chooseCollection')}
        searchable
        required
        allowDeselect={false}
        nothingFoundMessage={t('table.noMatch')}
        data={rows.map(({ id, name, memberCount }) => ({
          value: id,
          label: `${name} (${formats.number(memberCount)})`,
        }))}
        value={plan.collectionId ?? null}
        onChange={(collectionId) => onChange({ collectionId: collectionId ?? undefined })}
      />
      {chosen ? (
        <p className="tk-big">
          <b>{formats.number(chosen.memberCount)}</b>{' '}
          {t('collections.members', { count: chosen.memberCount })}
        </p>
      ) : null}
    </section>
  );
}
