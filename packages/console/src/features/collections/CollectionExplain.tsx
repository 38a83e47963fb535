import { getRouteApi } from '@tanstack/react-router';
import type { CollectionRow } from '@tenkai/protocol/api/collections.ts';
import { useTranslation } from 'react-i18next';
import { MachinePicker } from '../machines/MachinePicker.tsx';
import { MembershipReasons } from './MembershipReasons.tsx';

const route = getRouteApi('/inside/collections/$collectionId');

/** Why is machine X (not) in here? */
export function CollectionExplain({ collection }: { readonly collection: CollectionRow }) {
  const { t } = useTranslation();
  const { machine } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <section className="tk-panel">
      <h2>{t('collections.explainTitle')}</h2>
      <div className="tk-panel-body tk-stack">
        <MachinePicker
          label={t('runs.columns.machine')}
          value={machine ?? null}
          onPick={(id) => void navigate({ search: { tab: 'explain', machine: id }, replace: true })}
        />
        {machine ? <MembershipReasons collectionId={collection.id} machineId={machine} /> : null}
      </div>
    </section>
  );
}
