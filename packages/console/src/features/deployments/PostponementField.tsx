import { NumberInput, Select } from '@mantine/core';
import type { RestartPostponement } from '@tenkai/domain/scenario/postpone-restart.ts';
import { useTranslation } from 'react-i18next';

type Choice = RestartPostponement | null | undefined;

/** What is offered first to whoever allows it: until the end of a working day. */
const usual: RestartPostponement = { times: 3, hours: 8 };
const mostTimes = 20;
const mostHours = 168;

/** Whether and how far the users of a machine may put off its restarts; undefined: as the scenario says. */
export function PostponementField({
  value,
  onChange,
}: {
  readonly value: Choice;
  readonly onChange: (value: Choice) => void;
}) {
  const { t } = useTranslation();
  const choices: Record<string, Choice> = { scenario: undefined, no: null, yes: value ?? usual };
  const chosen = value === undefined ? 'scenario' : value === null ? 'no' : 'yes';
  return (
    <div className="tk-row" style={{ alignItems: 'flex-start' }}>
      <Select
        flex={2}
        label={t('deployments.timing.postponement')}
        description={t('deployments.timing.postponementText')}
        allowDeselect={false}
        data={[
          { value: 'scenario', label: t('deployments.timing.byScenario') },
          { value: 'no', label: t('deployments.timing.postponementNo') },
          { value: 'yes', label: t('deployments.timing.postponementYes') },
        ]}
        value={chosen}
        onChange={(choice) => onChange(choices[choice ?? chosen])}
      />
      {value ? (
        <>
          <Whole
            label={t('deployments.timing.postponementTimes')}
            most={mostTimes}
            value={value.times}
            onChange={(times) => onChange({ ...value, times })}
          />
          <Whole
            label={t('deployments.timing.postponementHours')}
            most={mostHours}
            value={value.hours}
            onChange={(hours) => onChange({ ...value, hours })}
          />
        </>
      ) : null}
    </div>
  );
}

interface WholeProps {
  readonly label: string;
  readonly most: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Whole({ label, most, value, onChange }: WholeProps) {
  return (
    <NumberInput
      flex={1}
      label={label}
      min={1}
      max={most}
      clampBehavior="strict"
      value={value}
      onChange={(given) => onChange(Number(given) || 1)}
    />
  );
}
