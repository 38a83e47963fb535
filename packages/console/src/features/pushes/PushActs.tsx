import { Button } from '@mantine/core';
import { IconPlayerStop, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type HostState, statesBefore } from '@tenkai/domain/push/host-state.ts';
import type { PushDetail } from '@tenkai/protocol/api/pushes.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useCancelPush, useRemovePush } from './pushes.queries.ts';
import { RetryPush } from './RetryPush.tsx';

const countIn = ({ hosts }: PushDetail, states: readonly HostState[]) =>
  hosts.filter(({ state }) => states.includes(state)).length;

/** What can be done with a push as a whole; each act says what it does before it is done. */
export function PushActs({ push }: { readonly push: PushDetail }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<'retry' | 'cancel' | 'remove'>();
  const close = () => setOpen(undefined);
  const again = countIn(push, statesBefore('retry'));
  const left = countIn(push, statesBefore('cancel'));
  const isOver = push.state !== 'running' && push.state !== 'awaiting-approval';
  return (
    <>
      {again > 0 ? (
        <Button leftSection={<IconRefresh size={16} />} onClick={() => setOpen('retry')}>
          {t('pushes.retry', { count: again })}
        </Button>
      ) : null}
      {left > 0 ? (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} />}
          onClick={() => setOpen('cancel')}
        >
          {t('pushes.cancel')}
        </Button>
      ) : null}
      {isOver ? (
        <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => setOpen('remove')}>
          {t('pushes.remove')}
        </Button>
      ) : null}
      {open === 'retry' ? <RetryPush push={push} positions={undefined} onClose={close} /> : null}
      {open === 'cancel' ? <CancelPush push={push} left={left} onClose={close} /> : null}
      {open === 'remove' ? <RemovePush push={push} onClose={close} /> : null}
    </>
  );
}

interface Props {
  readonly push: PushDetail;
  readonly onClose: () => void;
}

function CancelPush({ push, left, onClose }: Props & { readonly left: number }) {
  const { t } = useTranslation();
  const cancel = useCancelPush(push.id);
  return (
    <ConfirmAct
      title={t('pushes.cancelTitle', { count: left })}
      act={t('pushes.cancel')}
      isDestructive
      onAct={() => cancel.mutateAsync()}
      onClose={onClose}
    >
      <p>{t('pushes.cancelText')}</p>
    </ConfirmAct>
  );
}

function RemovePush({ push, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const remove = useRemovePush();
  const act = async () => {
    await remove.mutateAsync(push.id);
    await navigate({ to: '/machines/pushes' });
  };
  return (
    <ConfirmAct
      title={t('pushes.removeTitle')}
      act={t('pushes.remove')}
      isDestructive
      onAct={act}
      onClose={onClose}
    >
      <p>{t('pushes.removeText')}</p>
    </ConfirmAct>
  );
}
