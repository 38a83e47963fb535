import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TabProps } from './tab-props.ts';
import './UrgencyField.css';

export const urgencies = ['highest', 'high', 'normal', 'low'] as const;

/** 緊急度 with the table that says what each one does (BPKG-13..15, BCON-20). */
export function UrgencyField({ draft, onChange }: TabProps) {
  const { t } = useTranslation();
  const isAutomatic = draft.urgency === 'highest' || draft.urgency === 'high';
  return (
    <div className="tk-form-wide tk-urgency">
      <Select
        label={t('packages.fields.urgency')}
        allowDeselect={false}
        data={urgencies.map((urgency) => ({ value: urgency, label: t(`packages.urgencies.${urgency}`) }))}
        value={draft.urgency}
        onChange={(urgency) => urgency && onChange({ urgency: urgency as (typeof urgencies)[number] })}
      />
      <table>
        <caption>{t('packages.urgencyTable.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('packages.fields.urgency')}</th>
            <th scope="col">{t('packages.urgencyTable.on')}</th>
            <th scope="col">{t('packages.urgencyTable.off')}</th>
          </tr>
        </thead>
        <tbody>
          {urgencies.map((urgency) => (
            <tr key={urgency} aria-current={urgency === draft.urgency ? 'true' : undefined}>
              <th scope="row">{t(`packages.urgencies.${urgency}`)}</th>
              <td>{t(`packages.urgencyTable.${urgency}On`)}</td>
              <td>{t(`packages.urgencyTable.${urgency}Off`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={isAutomatic ? 'tk-urgency-caution' : 'tk-muted'}>
        {isAutomatic ? t('packages.urgencyTable.caution') : t('packages.urgencyTable.advice')}
      </p>
    </div>
  );
}
