import { Radio, Select } from '@mantine/core';
import type { PowerOff, RunTiming, TimingDraft } from '@tenkai/domain/scenario/run-settings.ts';
import { useTranslation } from 'react-i18next';
import { withTiming } from './new-deployment.ts';
import { PostponementField } from './PostponementField.tsx';

const timings: readonly RunTiming[] = ['after-delivery', 'at-next-start'];
const powerOffs: readonly PowerOff[] = ['no', 'after-delivery', 'after-update'];
/** The scenario decides. */
const byScenario = 'scenario';

/** 実行タイミング設定 and what happens to the machine's power around the run (BSCN-18..20, BSCN-31..34). */
export function TimingFields({
  value,
  onChange,
}: {
  readonly value: TimingDraft;
  readonly onChange: (value: TimingDraft) => void;
}) {
  const { t } = useTranslation();
  const timing = value.timing ?? 'after-delivery';
  const isStaged = timing === 'at-next-start';
  const set = <K extends keyof TimingDraft>(field: K, choice: TimingDraft[K] | undefined) =>
    onChange(withTiming(value, field, choice));
  const powerOff = powerOffs.map((choice) => ({
    value: choice,
    label: t(`deployments.timing.powerOffs.${choice}`),
    disabled: choice === 'after-delivery' && !isStaged,
  }));
  return (
    <>
      <Radio.Group
        label={t('deployments.timing.title')}
        value={timing}
        onChange={(choice) => set('timing', choice as RunTiming)}
      >
        <div className="tk-stack" style={{ marginTop: 6 }}>
          {timings.map((choice) => (
            <Radio
              key={choice}
              value={choice}
              label={t(`deployments.timing.${choice}`)}
              description={t(`deployments.timing.${choice}Text`)}
            />
          ))}
        </div>
      </Radio.Group>
      <div className="tk-row" style={{ alignItems: 'flex-start' }}>
        <YesNo
          label={t('deployments.timing.restartAtStart')}
          description={isStaged ? t('deployments.timing.restartIsTheStart') : undefined}
          isDisabled={isStaged}
          value={value.restartAtStart}
          onChange={(choice) => set('restartAtStart', choice)}
        />
        <YesNo
          label={t('deployments.timing.restartAfter')}
          value={value.restartAfter}
          onChange={(choice) => set('restartAfter', choice)}
        />
        <Select
          flex={1}
          label={t('deployments.timing.powerOffAtEnd')}
          description={isStaged ? undefined : t('deployments.timing.powerOffText')}
          allowDeselect={false}
          data={[{ value: byScenario, label: t('deployments.timing.byScenario') }, ...powerOff]}
          value={value.powerOffAtEnd ?? byScenario}
          onChange={(choice) =>
            set('powerOffAtEnd', choice === byScenario ? undefined : (choice as PowerOff))
          }
        />
      </div>
      <PostponementField
        value={value.restartPostponement}
        onChange={(choice) => set('restartPostponement', choice)}
      />
    </>
  );
}

interface YesNoProps {
  readonly label: string;
  readonly description?: string | undefined;
  readonly isDisabled?: boolean;
  readonly value: boolean | undefined;
  readonly onChange: (value: boolean | undefined) => void;
}

function YesNo({ label, description, isDisabled = false, value, onChange }: YesNoProps) {
  const { t } = useTranslation();
  const choices = { [byScenario]: undefined, yes: true, no: false };
  const chosen = value === undefined ? byScenario : value ? 'yes' : 'no';
  return (
    <Select
      flex={1}
      label={label}
      description={description}
      disabled={isDisabled}
      allowDeselect={false}
      data={[
        { value: byScenario, label: t('deployments.timing.byScenario') },
        { value: 'yes', label: t('common.yes') },
        { value: 'no', label: t('common.no') },
      ]}
      value={isDisabled ? byScenario : chosen}
      onChange={(choice) => onChange(choices[choice as keyof typeof choices])}
    />
  );
}
