import { Select } from '@mantine/core';
import type { Gate } from '@tenkai/protocol/api/repositories.ts';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly gate: Gate;
  readonly onChange: (gate: Gate) => void;
}

const kinds = ['hold', 'automatic', 'lower'] as const;
const levels = ['high', 'normal', 'low'] as const;

function newGate(kind: string | null): Gate {
  if (kind === 'lower') return { kind, to: 'normal' };
  return { kind: kind === 'automatic' ? kind : 'hold' };
}

/** What happens to a package that was pulled. */
export function GateFields({ gate, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t('repositories.gate')}
        description={t(`repositories.gateTexts.${gate.kind}`)}
        data={kinds.map((kind) => ({ value: kind, label: t(`repositories.gates.${kind}`) }))}
        allowDeselect={false}
        value={gate.kind}
        onChange={(kind) => onChange(newGate(kind))}
      />
      {gate.kind === 'lower' ? (
        <Select
          label={t('repositories.lowerTo')}
          data={levels.map((level) => ({ value: level, label: t(`packages.urgencies.${level}`) }))}
          allowDeselect={false}
          value={gate.to}
          onChange={(to) => onChange({ kind: 'lower', to: levels.find((level) => level === to) ?? 'normal' })}
        />
      ) : null}
    </>
  );
}
