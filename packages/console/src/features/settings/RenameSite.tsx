import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useMay } from '../session/session.queries.ts';
import { useRenameSite } from './settings.queries.ts';

/** The site's name; its code stays for ever. */
export function RenameSite({ name }: { readonly name: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const rename = useRenameSite();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState(name);
  return (
    <span className="tk-row">
      {name}
      {may('manage-site') ? (
        <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
          {t('settings.rename')}
        </Button>
      ) : null}
      {isOpen ? (
        <ConfirmAct
          title={t('settings.rename')}
          act={t('common.save')}
          isDisabled={text.trim() === ''}
          onAct={() => rename.mutateAsync(text.trim())}
          onClose={() => setOpen(false)}
        >
          <TextInput
            label={t('common.name')}
            data-autofocus
            maxLength={100}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </ConfirmAct>
      ) : null}
    </span>
  );
}
