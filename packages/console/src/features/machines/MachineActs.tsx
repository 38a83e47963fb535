import { Button } from '@mantine/core';
import { IconEraser, IconRocket, IconTopologyStar3 } from '@tabler/icons-react';
import type { MachineRow } from '@tenkai/protocol/api/machines.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Selection } from '../../ui/table/selection.ts';
import { useMay } from '../session/session.queries.ts';
import { AddToCollection } from './AddToCollection.tsx';
import { ClearErrors } from './ClearErrors.tsx';
import type { PowerAction } from './machines.queries.ts';
import { PowerAct } from './PowerAct.tsx';
import { isPowerAction, PowerMenu } from './PowerMenu.tsx';

type Open = PowerAction | 'clear-errors' | 'add-to-collection' | 'deploy' | undefined;

/** What can be done with the chosen machines; each act shows what it will do before it does it. */
export function MachineActs({ selection }: { readonly selection: Selection<MachineRow> }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<Open>();
  const machines = [...selection.rows.values()];
  if (machines.length === 0) return null;
  const close = () => setOpen(undefined);
  return (
    <>
      {may('operate') ? (
        <>
          <PowerMenu onChoose={setOpen} />
          <Button
            variant="default"
            leftSection={<IconEraser size={16} />}
            onClick={() => setOpen('clear-errors')}
          >
            {t('machines.acts.clearErrors')}
          </Button>
        </>
      ) : null}
      {may('manage-collections') ? (
        <Button
          variant="default"
          leftSection={<IconTopologyStar3 size={16} />}
          onClick={() => setOpen('add-to-collection')}
        >
          {t('machines.acts.addToCollection')}
        </Button>
      ) : null}
      {may('operate') && may('manage-collections') ? (
        <Button leftSection={<IconRocket size={16} />} onClick={() => setOpen('deploy')}>
          {t('machines.acts.deploy')}
        </Button>
      ) : null}
      {open === 'clear-errors' ? <ClearErrors machines={machines} onClose={close} /> : null}
      {open === 'add-to-collection' || open === 'deploy' ? (
        <AddToCollection machines={machines} isForDeployment={open === 'deploy'} onClose={close} />
      ) : null}
      {isPowerAction(open) ? <PowerAct action={open} machines={machines} onClose={close} /> : null}
    </>
  );
}
