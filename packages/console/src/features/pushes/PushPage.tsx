import { getRouteApi, Link } from '@tanstack/react-router';
import type { PushDetail } from '@tenkai/protocol/api/pushes.ts';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../ui/Facts.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { When } from '../../ui/When.tsx';
import { DecideHostKeys } from './DecideHostKeys.tsx';
import { GivenProperties } from './GivenProperties.tsx';
import { PushActs } from './PushActs.tsx';
import { PushHosts } from './PushHosts.tsx';
import { pushStateKinds } from './push-states.ts';
import { usePush } from './pushes.queries.ts';

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
        actions={<PushActs push={push} />}
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
