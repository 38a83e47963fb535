import { ActionIcon, Button, Select } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { Program } from '@tenkai/domain/software/program.ts';
import { useTranslation } from 'react-i18next';
import { usePackage, usePackages } from '../packages.queries.ts';

interface Props {
  readonly program: Program;
  readonly onChange: (program: Program) => void;
  readonly error: string | undefined;
}

type Required = Program['requires'][number];
const firstProgram = '';

/** Programs that must run before this one, where they are not detected yet (DIST-14, DIST-15). */
export function RequiresField({ program, onChange, error }: Props) {
  const { t } = useTranslation();
  const { requires } = program;
  const set = (next: Required[]) => onChange({ ...program, requires: next });
  return (
    <div className="tk-stack">
      {requires.length > 0 ? <p className="tk-drop-title">{t('packages.requires')}</p> : null}
      {requires.map((required, index) => (
        <RequiredRow
          // biome-ignore lint/suspicious/noArrayIndexKey: requirements have no identity but their place
          key={index}
          value={required}
          onChange={(next) => set(requires.map((each, at) => (at === index ? next : each)))}
          onRemove={() => set(requires.filter((_, at) => at !== index))}
        />
      ))}
      {error ? <p className="tk-urgency-caution">{error}</p> : null}
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => set([...requires, { packageId: '', program: null }])}
        >
          {t('packages.addRequired')}
        </Button>
      </div>
    </div>
  );
}

interface RowProps {
  readonly value: Required;
  readonly onChange: (value: Required) => void;
  readonly onRemove: () => void;
}

function RequiredRow({ value, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const packages = usePackages();
  const chosen = usePackage(value.packageId || undefined);
  const programs = chosen.data?.draft.programs ?? [];
  return (
    <div className="tk-row">
      <Select
        flex={2}
        aria-label={t('deployments.wizard.choosePackage')}
        placeholder={t('deployments.wizard.choosePackage')}
        searchable
        data={(packages.data?.items ?? []).map(({ id, displayName }) => ({ value: id, label: displayName }))}
        value={value.packageId || null}
        onChange={(packageId) => onChange({ packageId: packageId ?? '', program: null })}
      />
      <Select
        flex={1}
        aria-label={t('deployments.wizard.chooseProgram')}
        allowDeselect={false}
        data={[
          {
            value: firstProgram,
            label: t('deployments.wizard.firstProgram', { name: programs[0]?.name ?? '–' }),
          },
          ...programs.map(({ name }) => ({ value: name, label: name })),
        ]}
        value={value.program ?? firstProgram}
        onChange={(program) => onChange({ ...value, program: program || null })}
      />
      <ActionIcon variant="subtle" color="gray" size={34} aria-label={t('common.remove')} onClick={onRemove}>
        <IconTrash size={16} />
      </ActionIcon>
    </div>
  );
}
