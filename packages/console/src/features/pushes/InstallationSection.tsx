import { NumberInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSettings } from '../settings/settings.queries.ts';
import { PropertiesField } from './PropertiesField.tsx';
import { addressIn, type SectionProps } from './push-draft.ts';

/** What the agent is told, and how many machines at a time. */
export function InstallationSection({ draft, onChange }: SectionProps) {
  const { t } = useTranslation();
  const settings = useSettings();
  const siteLine = settings.data?.pushProperties ?? '';
  return (
    <section className="tk-panel">
      <h2>{t('pushes.steps.rest')}</h2>
      <div className="tk-panel-body tk-stack">
        <Address draft={draft} onChange={onChange} siteLine={siteLine} />
        <PropertiesField
          label={`${t('pushes.fields.properties')} (${t('common.optional')})`}
          description={t('pushes.propertiesText')}
          value={draft.properties}
          onChange={(properties) => onChange({ properties })}
        />
        {siteLine === '' ? null : (
          <p className="tk-muted" style={{ overflowWrap: 'anywhere' }}>
            {t('pushes.siteProperties')}: <span className="tk-mono">{siteLine}</span>
          </p>
        )}
        <Numbers draft={draft} onChange={onChange} />
      </div>
    </section>
  );
}

/** Shown is what is given: MP= of this push, what was typed here, the site's default, or where this page came from. */
function Address({ draft, onChange, siteLine }: SectionProps & { readonly siteLine: string }) {
  const { t } = useTranslation();
  const named = addressIn(draft.properties);
  return (
    <TextInput
      label={t('pushes.fields.managementPoint')}
      description={t('pushes.managementPointText')}
      maxLength={1024}
      maw={460}
      disabled={Boolean(named)}
      value={named || (draft.managementPoint ?? addressIn(siteLine) ?? location.origin)}
      onChange={(event) => onChange({ managementPoint: event.currentTarget.value.trim() })}
    />
  );
}

function Numbers({ draft, onChange }: SectionProps) {
  const { t } = useTranslation();
  return (
    <>
      <NumberInput
        label={t('pushes.fields.parallel')}
        min={1}
        max={32}
        maw={220}
        value={draft.parallel}
        onChange={(value) => onChange({ parallel: Number(value) || 1 })}
      />
      <NumberInput
        label={t('pushes.fields.retries')}
        min={0}
        max={10}
        maw={220}
        value={draft.retries}
        onChange={(value) => onChange({ retries: Number(value) || 0 })}
      />
    </>
  );
}
