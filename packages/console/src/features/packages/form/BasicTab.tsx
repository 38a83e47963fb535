import { NumberInput, Select, TextInput } from '@mantine/core';
import { packageByteLimits } from '@tenkai/domain/software/package-problems.ts';
import type { PackageDraft } from '@tenkai/domain/software/software-package.ts';
import { useTranslation } from 'react-i18next';
import { ByteCounted } from './ByteCounted.tsx';
import { useDraftProblems } from './draft-problems.ts';
import { ReleaseDateField } from './ReleaseDateField.tsx';
import type { TabProps } from './tab-props.ts';
import { UrgencyField } from './UrgencyField.tsx';

const types = ['application', 'hotfix', 'service-pack', 'linux-update', 'tool', 'agent'] as const;

/** 基本 (BPKG-05..20). */
export function BasicTab({ draft, onChange, isNew }: TabProps & { readonly isNew: boolean }) {
  const { t } = useTranslation();
  const problems = useDraftProblems();
  return (
    <div className="tk-form">
      <ByteCounted
        label={t('packages.fields.id')}
        description={t('packages.help.id')}
        isRequired
        isReadOnly={!isNew}
        limitBytes={packageByteLimits.id}
        value={draft.id}
        error={problems.at('id')}
        onChange={(id) => onChange({ id })}
      />
      <TextInput
        label={t('packages.fields.name')}
        required
        maxLength={255}
        value={draft.name}
        error={problems.at('name')}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <ByteCounted
        label={t('packages.fields.publisher')}
        limitBytes={packageByteLimits.publisher}
        value={draft.publisher}
        error={problems.at('publisher')}
        onChange={(publisher) => onChange({ publisher })}
      />
      <TextInput
        label={t('packages.fields.version')}
        maxLength={128}
        value={draft.version}
        onChange={(event) => onChange({ version: event.currentTarget.value })}
      />
      <TextInput
        label={t('packages.fields.language')}
        description={t('packages.help.language')}
        maxLength={32}
        value={draft.language}
        onChange={(event) => onChange({ language: event.currentTarget.value })}
      />
      <ReleaseDateField draft={draft} onChange={onChange} />
      <div className="tk-form-wide">
        <ByteCounted
          label={t('packages.fields.summary')}
          isLong
          limitBytes={packageByteLimits.summary}
          value={draft.summary}
          error={problems.at('summary')}
          onChange={(summary) => onChange({ summary })}
        />
      </div>
      <Select
        label={t('packages.fields.type')}
        allowDeselect={false}
        data={types.map((type) => ({ value: type, label: t(`packages.types.${type}`) }))}
        value={draft.type}
        onChange={(type) => type && onChange({ type: type as PackageDraft['type'] })}
      />
      <ByteCounted
        label={t('packages.fields.advisoryId')}
        description={t('packages.help.advisoryId')}
        limitBytes={packageByteLimits.advisoryId}
        value={draft.advisoryId}
        error={problems.at('advisoryId')}
        onChange={(advisoryId) => onChange({ advisoryId })}
      />
      <TextInput
        label={t('packages.fields.identification')}
        description={t('packages.help.identification')}
        maxLength={512}
        value={draft.identification}
        onChange={(event) => onChange({ identification: event.currentTarget.value })}
      />
      <div className="tk-row" style={{ alignItems: 'flex-start' }}>
        {(['majorVersion', 'minorVersion'] as const).map((field) => (
          <NumberInput
            key={field}
            flex={1}
            label={t(`packages.fields.${field}`)}
            description={t('packages.help.servicePackVersion')}
            required={draft.type === 'service-pack'}
            min={0}
            value={draft[field] ?? ''}
            error={problems.at(field)}
            onChange={(value) => onChange({ [field]: value === '' ? null : Number(value) })}
          />
        ))}
      </div>
      <UrgencyField draft={draft} onChange={onChange} />
    </div>
  );
}
