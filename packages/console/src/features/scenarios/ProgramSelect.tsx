import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePackage } from '../packages/packages.queries.ts';

interface Props {
  readonly packageId: string | undefined;
  /** Null: the package's first program. */
  readonly value: string | null;
  readonly onChange: (program: string | null) => void;
}

const first = '';

export function ProgramSelect({ packageId, value, onChange }: Props) {
  const { t } = useTranslation();
  const chosen = usePackage(packageId);
  const programs = chosen.data?.draft.programs ?? [];
  return (
    <Select
      label={t('deployments.wizard.chooseProgram')}
      allowDeselect={false}
      disabled={packageId === undefined}
      data={[
        { value: first, label: t('deployments.wizard.firstProgram', { name: programs[0]?.name ?? '–' }) },
        ...programs.map(({ name }) => ({ value: name, label: name })),
      ]}
      value={value ?? first}
      onChange={(program) => onChange(program || null)}
    />
  );
}
