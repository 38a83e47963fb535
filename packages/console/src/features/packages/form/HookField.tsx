import { Select, Textarea } from '@mantine/core';
import type { HookScript } from '@tenkai/domain/software/software-package.ts';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly label: string;
  readonly value: HookScript | null;
  readonly onChange: (value: HookScript | null) => void;
}

const interpreters = ['sh', 'bash', 'powershell', 'cmd'] as const;

/** A script around the installer (BPKG-36); empty: none. */
export function HookField({ label, value, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <div className="tk-stack" style={{ gap: 6 }}>
      <Textarea
        label={label}
        autosize
        minRows={3}
        maxLength={65_536}
        spellCheck={false}
        classNames={{ input: 'tk-mono' }}
        value={value?.text ?? ''}
        onChange={(event) => {
          const text = event.currentTarget.value;
          onChange(text === '' ? null : { interpreter: value?.interpreter ?? 'sh', text });
        }}
      />
      {value ? (
        <Select
          aria-label={t('packages.interpreter')}
          allowDeselect={false}
          data={[...interpreters]}
          value={value.interpreter}
          onChange={(next) => onChange({ ...value, interpreter: next as HookScript['interpreter'] })}
        />
      ) : null}
    </div>
  );
}
