import { ActionIcon, Autocomplete, TagsInput, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { Program } from '@tenkai/domain/software/program.ts';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../../i18n/problem-texts.ts';
import { useDraftProblems } from './draft-problems.ts';
import { RequiresField } from './RequiresField.tsx';
import { RunOptionFields } from './RunOptionFields.tsx';
import { SwitchFields } from './SwitchFields.tsx';

interface Props {
  readonly program: Program;
  readonly field: string;
  readonly paths: readonly string[];
  readonly onChange: (program: Program) => void;
  readonly onRemove?: () => void;
}

const runnable = /\.(sh|run|bin|py|pl|deb|rpm|exe|msi|msu|msp|cmd|bat|ps1)$/i;
const mostOffered = 200;
const variableExample = ['$', '{NAME}'].join('');

/** A command line of the package with its run options (DIST-08..15, BPKG-23, BPKG-25, BPKG-34). */
export function ProgramCard({ program, field, paths, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const problems = useDraftProblems();
  const { problemSentenceText } = useSentences();
  const { exitCodes } = program;
  const outside = problems.problemAt(`${field}.executable`);
  return (
    <fieldset className="tk-card tk-form tk-form-wide">
      <legend>{program.name || t('packages.fields.program')}</legend>
      {onRemove ? (
        <ActionIcon
          className="tk-card-remove"
          variant="subtle"
          color="gray"
          aria-label={t('packages.removeProgram', { name: program.name })}
          onClick={onRemove}
        >
          <IconTrash size={16} />
        </ActionIcon>
      ) : null}
      <TextInput
        label={t('packages.fields.programName')}
        required
        maxLength={63}
        value={program.name}
        error={problems.at(`${field}.name`)}
        onChange={(event) => onChange({ ...program, name: event.currentTarget.value })}
      />
      <Autocomplete
        label={t('packages.fields.executable')}
        description={t('packages.help.executable')}
        data={offered(paths)}
        limit={mostOffered}
        value={program.executable ?? ''}
        error={outside && problemSentenceText(outside)}
        onChange={(executable) => onChange({ ...program, executable: executable === '' ? null : executable })}
      />
      <TextInput
        className="tk-form-wide"
        label={t('packages.fields.parameters')}
        description={
          program.executable === null
            ? t('packages.help.commandLine')
            : t('packages.help.parameters', { example: variableExample })
        }
        maxLength={8192}
        spellCheck={false}
        classNames={{ input: 'tk-mono' }}
        value={program.parameters}
        onChange={(event) => onChange({ ...program, parameters: event.currentTarget.value })}
      />
      <SwitchFields program={program} onChange={onChange} />
      {problems.warnings
        .filter((warning) => warning.field.startsWith(field))
        .map((warning) => (
          <p key={warning.code} className="tk-urgency-caution tk-form-wide">
            {problemSentenceText(warning)}
          </p>
        ))}
      <RunOptionFields program={program} field={field} onChange={onChange} />
      <TagsInput
        label={t('packages.fields.successCodes')}
        value={exitCodes.success.map(String)}
        error={problems.at(`${field}.exitCodes`)}
        onChange={(values) =>
          onChange({ ...program, exitCodes: { ...exitCodes, success: codesOf(values, exitCodes.success) } })
        }
      />
      <TagsInput
        label={t('packages.fields.restartCodes')}
        value={exitCodes.restart.map(String)}
        onChange={(values) =>
          onChange({ ...program, exitCodes: { ...exitCodes, restart: codesOf(values, []) } })
        }
      />
      <div className="tk-form-wide">
        <RequiresField program={program} onChange={onChange} error={problems.at(`${field}.requires`)} />
      </div>
    </fieldset>
  );
}

/** Files that can be run come first; the others can be typed. */
function offered(paths: readonly string[]): string[] {
  const likely = paths.filter((path) => runnable.test(path));
  return (likely.length > 0 ? likely : paths).slice(0, mostOffered);
}

function codesOf(values: readonly string[], fallback: readonly number[]): number[] {
  const codes = values.map(Number).filter(Number.isInteger);
  return codes.length > 0 ? [...new Set(codes)] : [...fallback];
}
