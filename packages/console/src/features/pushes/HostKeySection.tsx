import { Radio, Stack, Textarea } from '@mantine/core';
import type { HostKeyPolicy } from '@tenkai/protocol/api/pushes.ts';
import { useTranslation } from 'react-i18next';
import type { SectionProps } from './push-draft.ts';

/** Which host keys are believed. */
export function HostKeySection({ draft, onChange }: SectionProps) {
  const { t } = useTranslation();
  return (
    <section className="tk-panel">
      <h2>{t('pushes.steps.hostKeys')}</h2>
      <div className="tk-panel-body tk-stack">
        <PolicyChoice draft={draft} onChange={onChange} />
        <Textarea
          label={`${t('pushes.fields.knownHosts')} (${t('common.optional')})`}
          description={t('pushes.knownHostsText')}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={262_144}
          spellCheck={false}
          value={draft.knownHosts}
          onChange={(event) => onChange({ knownHosts: event.currentTarget.value })}
        />
      </div>
    </section>
  );
}

function PolicyChoice({ draft, onChange }: SectionProps) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      label={t('pushes.policy')}
      value={draft.hostKeys}
      onChange={(value) => onChange({ hostKeys: value as HostKeyPolicy })}
    >
      <Stack gap={6} mt={6}>
        {(['ask', 'accept-new'] as const).map((value) => (
          <Radio
            key={value}
            value={value}
            label={t(`pushes.policies.${value}`)}
            description={t(`pushes.policyTexts.${value}`)}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
