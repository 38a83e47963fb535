import { Button, Checkbox } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { Program } from '@tenkai/domain/software/program.ts';
import { useTranslation } from 'react-i18next';
import { DetectionField } from './DetectionField.tsx';
import { EditableFiles } from './EditableFiles.tsx';
import { type FolderProps, FoldersField } from './FoldersField.tsx';
import { HookField } from './HookField.tsx';
import { newProgram } from './new-draft.ts';
import { ProgramCard } from './ProgramCard.tsx';
import type { TabProps } from './tab-props.ts';

const mostPrograms = 50;

/** 実行設定 (BPKG-21..36): folders, programs, restarts, scripts around the installer, and how success is verified. */
export function ExecutionTab({ draft, onChange, folders }: TabProps & { readonly folders: FolderProps }) {
  const { t } = useTranslation();
  const { programs } = draft;
  const replace = (index: number, next: Program) =>
    onChange({ programs: programs.map((each, at) => (at === index ? next : each)) });
  return (
    <div className="tk-form">
      <div className="tk-form-wide">
        <FoldersField {...folders} />
        <EditableFiles picked={folders.picked} onPick={folders.onPick} />
      </div>
      <h3 className="tk-form-section">{t('packages.programs')}</h3>
      {programs.map((program, index) => (
        <ProgramCard
          // biome-ignore lint/suspicious/noArrayIndexKey: programs have no identity but their place
          key={index}
          program={program}
          field={`programs[${index}]`}
          paths={folders.paths}
          onChange={(next) => replace(index, next)}
          {...(programs.length > 1
            ? { onRemove: () => onChange({ programs: programs.filter((_, at) => at !== index) }) }
            : {})}
        />
      ))}
      <div className="tk-form-wide">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} />}
          disabled={programs.length >= mostPrograms}
          onClick={() => onChange({ programs: [...programs, newProgram(`program-${programs.length + 1}`)] })}
        >
          {t('packages.addProgram')}
        </Button>
      </div>
      <h3 className="tk-form-section">{t('packages.restarts')}</h3>
      <Checkbox
        label={t('packages.fields.restartAfterInstall')}
        description={t('packages.help.restartAfterInstall')}
        checked={draft.restartAfterInstall}
        onChange={(event) => onChange({ restartAfterInstall: event.currentTarget.checked })}
      />
      <Checkbox
        label={t('packages.fields.standalone')}
        description={t('packages.help.standalone')}
        checked={draft.standalone}
        onChange={(event) => onChange({ standalone: event.currentTarget.checked })}
      />
      <h3 className="tk-form-section">{t('packages.detection.title')}</h3>
      <div className="tk-form-wide">
        <DetectionField draft={draft} onChange={onChange} />
      </div>
      <h3 className="tk-form-section">{t('packages.hooks')}</h3>
      <HookField
        label={t('packages.fields.before')}
        value={draft.before}
        onChange={(before) => onChange({ before })}
      />
      <HookField
        label={t('packages.fields.after')}
        value={draft.after}
        onChange={(after) => onChange({ after })}
      />
    </div>
  );
}
