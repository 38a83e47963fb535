import { propertyLine } from '@tenkai/domain/push/push-properties.ts';
import type { PushDetail } from '@tenkai/protocol/api/pushes.ts';
import { useTranslation } from 'react-i18next';

/** What the agent of each machine gets, and by whose word. */
export function GivenProperties({ push }: { readonly push: PushDetail }) {
  const { t } = useTranslation();
  return (
    <ul className="tk-list-plain" aria-label={t('pushes.givenProperties')}>
      {push.properties.map((one) => (
        <li key={one.name} style={{ overflowWrap: 'anywhere' }}>
          <span className="tk-mono">{propertyLine([one])}</span>{' '}
          <span className="tk-muted">
            {t(`pushes.propertyOrigins.${one.origin}`)}
            {one.value === null ? ` · ${t('pushes.takenAway')}` : ''}
          </span>
        </li>
      ))}
    </ul>
  );
}
