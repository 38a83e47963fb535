import { Select } from '@mantine/core';
import type { StatusSeverity } from '@tenkai/protocol/api/status.ts';
import { useTranslation } from 'react-i18next';

const severities: readonly StatusSeverity[] = ['error', 'warning', 'info'];

interface Props {
  readonly value: StatusSeverity | null;
  readonly onChange: (severity: StatusSeverity | null) => void;
}

/** Empty: messages of every severity. */
export function SeveritySelect({ value, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Select
      aria-label={t('machines.timeline.severity')}
      placeholder={t('status.severityAll')}
      clearable
      w={170}
      data={severities.map((each) => ({ value: each, label: t(`severity.${each}`) }))}
      value={value}
      onChange={(severity) => onChange(severity as StatusSeverity | null)}
    />
  );
}
