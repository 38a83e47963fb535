import type { ScenarioOptions } from '@tenkai/domain/scenario/scenario.ts';
import type { ProgramReference } from '@tenkai/domain/software/program.ts';
import { useTranslation } from 'react-i18next';
import { PackageSelect } from './PackageSelect.tsx';
import { ProgramSelect } from './ProgramSelect.tsx';

interface Props {
  readonly value: ProgramReference | undefined;
  readonly onChange: (value: ProgramReference | undefined) => void;
}

/** Another program that runs before everything else of the scenario (DIST-15). */
export function RunFirstField({ value, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <fieldset className="tk-form tk-stack">
      <legend>{t('scenarios.runFirst.title')}</legend>
      <p className="tk-muted" style={{ margin: 0 }}>
        {t('scenarios.runFirst.text')}
      </p>
      <PackageSelect
        isOptional
        placeholder={t('common.none')}
        value={value?.packageId ?? null}
        onChange={(packageId) => onChange(packageId === null ? undefined : { packageId, program: null })}
      />
      {value ? (
        <ProgramSelect
          packageId={value.packageId}
          value={value.program}
          onChange={(program) => onChange({ ...value, program })}
        />
      ) : null}
    </fieldset>
  );
}

/** Options with another first program, or without one. */
export function withRunFirst(
  { runFirst: _, ...rest }: ScenarioOptions,
  runFirst: ProgramReference | undefined,
): ScenarioOptions {
  return runFirst ? { ...rest, runFirst } : rest;
}
