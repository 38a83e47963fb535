import { Button } from '@mantine/core';
import { IconEdit } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PickedFile } from '../upload/picked-files.ts';
import { isEditable } from '../upload/text-file.ts';
import { EditFileDialog } from './EditFileDialog.tsx';

interface Props {
  readonly picked: readonly PickedFile[];
  readonly onPick: (files: PickedFile[]) => void;
}

/** More than these are no help to anybody. */
const mostShown = 20;

/** Text files among those that were chosen (INF, scripts, settings): corrected here before they are uploaded (BCON-17). */
export function EditableFiles({ picked, onPick }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<PickedFile>();
  const files = picked.filter(({ path, file }) => isEditable(path, file.size)).slice(0, mostShown);
  if (files.length === 0) return null;
  return (
    <section aria-label={t('packages.editFiles')}>
      <p className="tk-drop-title">{t('packages.editFiles')}</p>
      <div className="tk-row">
        {files.map((each) => (
          <Button
            key={each.path}
            variant="default"
            size="xs"
            leftSection={<IconEdit size={14} />}
            onClick={() => setOpen(each)}
          >
            {t('packages.editFile', { name: each.path })}
          </Button>
        ))}
      </div>
      {open ? (
        <EditFileDialog
          picked={open}
          onClose={() => setOpen(undefined)}
          onSave={(file) =>
            onPick(picked.map((each) => (each.path === open.path ? { ...each, file } : each)))
          }
        />
      ) : null}
    </section>
  );
}
