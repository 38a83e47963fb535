import { Link } from '@tanstack/react-router';
import type { PackageDetail } from '@tenkai/protocol/api/packages.ts';
import { useTranslation } from 'react-i18next';
import { When } from '../../ui/When.tsx';

/** Revisions of a package, and the scenarios that name it. */
export function PackageHistory({ detail }: { readonly detail: PackageDetail }) {
  const { t } = useTranslation();
  return (
    <section className="tk-panel">
      <h2>{t('packages.history')}</h2>
      <ul className="tk-overview-list">
        {detail.changes.map((change) => (
          <li key={change.revision}>
            <span>
              <b>{t('packages.revisionN', { n: change.revision })}</b>{' '}
              {change.revision === 1 ? t('packages.madeFirst') : change.summary}
            </span>
            <span className="tk-muted">
              {change.by} · <When at={change.at} />
            </span>
          </li>
        ))}
      </ul>
      <h2>{t('packages.usedBy')}</h2>
      <div className="tk-panel-body">
        {detail.usedBy.length === 0 ? <span className="tk-muted">{t('packages.usedByNone')}</span> : null}
        <ul className="tk-list-plain">
          {detail.usedBy.map(({ id, name }) => (
            <li key={id}>
              <Link to="/scenarios/$scenarioId" params={{ scenarioId: id }}>
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
