import { MultiSelect, NumberInput, Select, Switch } from '@mantine/core';
import type { Program, RunOptionName, RunOptions } from '@tenkai/domain/software/program.ts';
import { useTranslation } from 'react-i18next';
import { useDraftProblems } from './draft-problems.ts';

interface Props {
  readonly program: Program;
  /** The program's place in the draft, `programs[0]`. */
  readonly field: string;
  readonly onChange: (program: Program) => void;
}

const windows = ['hidden', 'normal', 'minimized', 'maximized'] as const;
const logons = ['whether-or-not', 'only-when-logged-on', 'only-when-nobody', 'only-when-unlocked'] as const;
const rights = ['administrator', 'user'] as const;
const longestMinutes = 1440;
const longestWaitMinutes = 10_080;

/** How a program is run, and which of that must not be changed later (DIST-09..12, BPKG-34). */
export function RunOptionFields({ program, field, onChange }: Props) {
  const { t } = useTranslation();
  const problems = useDraftProblems();
  const { options, mandatoryOptions = [] } = program;
  const at = (option: RunOptionName) => problems.at(`${field}.options.${option}`);
  const setOptions = (part: Partial<RunOptions>) =>
    onChange({ ...program, options: { ...options, ...part } });
  const names: Record<RunOptionName, string> = {
    rights: t('packages.fields.rights'),
    logon: t('packages.fields.logon'),
    window: t('packages.fields.window'),
    maxRunTimeMinutes: t('packages.fields.maxRunTime'),
  };
  return (
    <>
      <Select
        label={t('packages.fields.rights')}
        error={at('rights')}
        allowDeselect={false}
        data={rights.map((value) => ({ value, label: t(`packages.rights.${value}`) }))}
        value={options.rights}
        onChange={(value) => setOptions({ rights: value as RunOptions['rights'] })}
      />
      <Select
        label={t('packages.fields.logon')}
        error={at('logon')}
        allowDeselect={false}
        data={logons.map((value) => ({ value, label: t(`packages.logons.${value}`) }))}
        value={options.logon}
        onChange={(value) => setOptions({ logon: value as RunOptions['logon'] })}
      />
      {options.logon === 'whether-or-not' ? null : (
        <NumberInput
          label={t('packages.fields.logonDeadline')}
          description={t('packages.help.logonDeadline')}
          min={1}
          max={longestWaitMinutes}
          value={options.logonDeadlineMinutes ?? ''}
          onChange={(value) =>
            onChange({ ...program, options: withDeadline(options, Number(value) || null) })
          }
        />
      )}
      {options.logon === 'only-when-unlocked' ? (
        <Switch
          label={t('packages.fields.keepsUnlocked')}
          description={t('packages.help.keepsUnlocked')}
          checked={options.keepsUnlocked === true}
          onChange={(event) => setOptions({ keepsUnlocked: event.currentTarget.checked })}
        />
      ) : null}
      <Select
        label={t('packages.fields.window')}
        error={at('window')}
        allowDeselect={false}
        data={windows.map((value) => ({ value, label: t(`packages.windows.${value}`) }))}
        value={options.window}
        onChange={(value) => setOptions({ window: value as RunOptions['window'] })}
      />
      <NumberInput
        label={t('packages.fields.maxRunTime')}
        error={at('maxRunTimeMinutes')}
        description={t('packages.help.maxRunTime')}
        min={1}
        max={longestMinutes}
        value={options.maxRunTimeMinutes}
        onChange={(value) => setOptions({ maxRunTimeMinutes: Number(value) || 1 })}
      />
      <MultiSelect
        className="tk-form-wide"
        label={t('packages.fields.mandatoryOptions')}
        description={t('packages.help.mandatoryOptions')}
        data={Object.entries(names).map(([value, label]) => ({ value, label }))}
        value={mandatoryOptions}
        onChange={(values) => onChange(withMandatory(program, values as RunOptionName[]))}
      />
    </>
  );
}

/** Null: it waits for ever. */
function withDeadline(
  { logonDeadlineMinutes: _, ...options }: RunOptions,
  minutes: number | null,
): RunOptions {
  return minutes === null ? options : { ...options, logonDeadlineMinutes: minutes };
}

/** None is not written: a package of before the mark existed stays as it is. */
function withMandatory({ mandatoryOptions: _, ...program }: Program, names: RunOptionName[]): Program {
  return names.length === 0 ? program : { ...program, mandatoryOptions: names };
}
