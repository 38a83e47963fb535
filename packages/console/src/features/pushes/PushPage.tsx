import { Button } from '@mantine/core';
import { IconPlayerStop, IconRefresh, IconTrash } from '@tabler/icons-react';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type HostState, statesBefore } from '@tenkai/domain/push/host-state.ts';
import type { PushDetail } from '@tenkai/protocol/api/pushes.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { When } from '../../ui/When.tsx';
import { DecideHostKeys } from './DecideHostKeys.tsx';
import { GivenProperties } from './GivenProperties.tsx';
import { PushHosts } from './PushHosts.tsx';
import { pushStateKinds } from './push-states.ts';
import { useCancelPush, usePush, useRemovePush } from './pushes.queries.ts';
import { RetryPush } from './RetryPush.tsx';

const route = getRouteApi('/inside/machines/pushes/$pushId');

/** One push: where each machine stands, and what somebody has to decide. */
export function PushPage() {
  const { pushId } = route.useParams();
  const query = usePush(pushId);
  return (
    <div className="tk-page">
      <Loaded query={query}>{(push) => <Content push={push} />}</Loaded>
    </div>
  );
}

function Content({ push }: { readonly push: PushDetail }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader
        title={t('pushes.pushOf', { count: push.hostCount })}
        trail={<Link to="/machines/pushes">{t('pushes.title')}</Link>}
        note={<StateLabel kind={pushStateKinds[push.state]} text={t(`pushes.states.${push.state}`)} />}
        actions={<Acts push={push} />}
      />
      <DecideHostKeys push={push} />
      <PushHosts push={push} />
      <section className="tk-panel">
        <div className="tk-panel-body">
          <Facts
            facts={[
              { label: t('pushes.begun'), value: <When at={push.createdAt} /> },
              { label: t('pushes.by'), value: push.by },
              { label: t('pushes.fields.user'), value: push.user },
              { label: t('pushes.signIn'), value: t(`pushes.signIns.${push.signIn}`) },
              { label: t('pushes.secret'), value: t(`pushes.secrets.${secretOf(push)}`) },
              { label: t('pushes.policy'), value: t(`pushes.policies.${push.hostKeys}`) },
              { label: t('pushes.givenProperties'), value: <GivenProperties push={push} /> },
              { label: t('pushes.fields.parallel'), value: push.parallel },
            ]}
          />
        </div>
      </section>
    </>
  );
}

function secretOf({ usesSecret, hasSecret }: PushDetail) {
  if (!usesSecret) return 'none';
  return hasSecret ? 'held' : 'gone';
}

const countIn = ({ hosts }: PushDetail, states: readonly HostState[]) =>
  hosts.filter(({ state }) => states.includes(state)).length;

function Acts({ push }: { readonly push: PushDetail }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const cancel = useCancelPush(push.id);
  const remove = useRemovePush();
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
      {open === 'cancel' ? (
        <ConfirmAct
          title={t('pushes.cancelTitle', { count: left })}
          act={t('pushes.cancel')}
          isDestructive
          onAct={() => cancel.mutateAsync()}
          onClose={close}
        >
          <p>{t('pushes.cancelText')}</p>
        </ConfirmAct>
      ) : null}
      {open === 'remove' ? (
        <ConfirmAct
          title={t('pushes.removeTitle')}
          act={t('pushes.remove')}
          isDestructive
          onAct={async () => {
            await remove.mutateAsync(push.id);
            await navigate({ to: '/machines/pushes' });
          }}
          onClose={close}
        >
          <p>{t('pushes.removeText')}</p>
        </ConfirmAct>
      ) : null}
    </>
  );
}
