import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ScenarioVariable } from '@tenkai/domain/scenario/scenario.ts';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly value: readonly ScenarioVariable[];
  readonly onChange: (value: ScenarioVariable[]) => void;
}

const namePattern = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const most = 100;

export function areVariablesComplete(variables: readonly ScenarioVariable[]): boolean {
  return variables.every(({ name }) => namePattern.test(name));
}

/** Names and values that programs and scripts can use. */
export function VariablesField({ value, onChange }: Props) {
  const { t } = useTranslation();
  const replace = (index: number, part: Partial<ScenarioVariable>) =>
    onChange(value.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return (
    <div className="tk-stack">
      {value.map(({ name, value: text }, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: variables have no identity but their place
          key={index}
          className="tk-row"
          style={{ alignItems: 'flex-start' }}
        >
          <TextInput
            flex={1}
            aria-label={t('common.name')}
            placeholder={t('common.name')}
            spellCheck={false}
            value={name}
            error={name !== '' && !namePattern.test(name) ? t('scenarios.variableRule') : null}
            onChange={(event) => replace(index, { name: event.currentTarget.value })}
          />
          <TextInput
            flex={2}
            aria-label={t('collections.value')}
            placeholder={t('collections.value')}
            maxLength={4096}
            value={text}
            onChange={(event) => replace(index, { value: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={34}
            aria-label={t('common.remove')}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={value.length >= most}
          onClick={() => onChange([...value, { name: '', value: '' }])}
        >
          {t('scenarios.addVariable')}
        </Button>
      </div>
    </div>
  );
}
