import { Checkbox, NumberInput, Radio, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { VariablesField } from '../scenarios/VariablesField.tsx';
import { ScheduleForm } from '../schedules/ScheduleForm.tsx';
import { DeliveryForm } from './DeliveryForm.tsx';
import { TimingFields } from './TimingFields.tsx';
import type { WizardStepProps } from './WhatStep.tsx';

const mostRetries = 10;
const mostAtOnce = 100_000;
const purposes = ['required', 'available'] as const;

/** When it starts, and how. */
export function WhenStep({
  plan,
  onChange,
  defaultName,
}: WizardStepProps & { readonly defaultName: string }) {
  const { t } = useTranslation();
  return (
    <section className="tk-panel tk-panel-body tk-stack">
      <TextInput
        label={t('deployments.wizard.name')}
        placeholder={defaultName}
        maxLength={127}
        value={plan.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <Radio.Group
        label={t('deployments.wizard.purpose')}
        value={plan.purpose}
        onChange={(purpose) => onChange({ purpose: purpose as DeploymentPurpose })}
      >
        <div className="tk-stack" style={{ marginTop: 6 }}>
          {purposes.map((purpose) => (
            <Radio
              key={purpose}
              value={purpose}
              label={t(`deployments.wizard.${purpose}`)}
              description={t(`deployments.wizard.${purpose}Text`)}
            />
          ))}
        </div>
      </Radio.Group>
      <h3 className="tk-form-section">{t('deployments.wizard.schedule')}</h3>
      <ScheduleForm
        label={t('deployments.wizard.schedule')}
        value={plan.schedule}
        onChange={(schedule) => onChange({ schedule })}
      />
      <TimingFields value={plan.timing} onChange={(timing) => onChange({ timing })} />
      <Checkbox
        label={t('deployments.wizard.respectsWindows')}
        description={t('deployments.wizard.respectsWindowsText')}
        checked={plan.respectsWindows}
        onChange={(event) => onChange({ respectsWindows: event.currentTarget.checked })}
      />
      <Checkbox
        label={t('deployments.wizard.wakesMachines')}
        checked={plan.wakesMachines}
        onChange={(event) => onChange({ wakesMachines: event.currentTarget.checked })}
      />
      <div className="tk-row" style={{ alignItems: 'flex-start' }}>
        <NumberInput
          flex={1}
          label={t('deployments.wizard.concurrency')}
          description={t('deployments.wizard.concurrencyText')}
          min={1}
          max={mostAtOnce}
          value={plan.concurrency ?? ''}
          onChange={(value) => onChange({ concurrency: value === '' ? null : Number(value) })}
        />
        <NumberInput
          flex={1}
          label={t('deployments.wizard.retries')}
          min={0}
          max={mostRetries}
          value={plan.retries}
          onChange={(value) => onChange({ retries: Number(value) || 0 })}
        />
      </div>
      <h3 className="tk-form-section">{t('deployments.delivery.title')}</h3>
      <DeliveryForm value={plan.delivery} onChange={(delivery) => onChange({ delivery })} />
      <h3 className="tk-form-section">{t('deployments.wizard.variables')}</h3>
      <p className="tk-muted" style={{ margin: 0 }}>
        {t('deployments.wizard.variablesText')}
      </p>
      <VariablesField value={plan.variables} onChange={(variables) => onChange({ variables })} />
    </section>
  );
}

type DeploymentPurpose = (typeof purposes)[number];
