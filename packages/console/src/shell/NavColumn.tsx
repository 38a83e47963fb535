import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useWaitingCount } from '../features/enrollment/enrollment.queries.ts';
import { useMay } from '../features/session/session.queries.ts';
import { useFormats } from '../i18n/use-formats.ts';
import './NavColumn.css';
import { placeGroups, places } from './places.ts';

/** The one column of navigation; in a narrow window only its icons. */
export function NavColumn({ onGo }: { readonly onGo?: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <nav className="tk-nav" aria-label={t('nav.label')}>
      {placeGroups.map((group) => {
        const shown = places.filter((place) => place.group === group && may(place.permission));
        if (shown.length === 0) return null;
        return (
          <div key={group} className="tk-nav-group">
            {group === 'main' ? null : <p className="tk-nav-title">{t(`nav.${group}`)}</p>}
            <ul>
              {shown.map(({ key, to, icon: Shape }) => (
                <li key={key}>
                  <Link
                    to={to}
                    activeOptions={{ exact: to === '/' }}
                    activeProps={{ 'aria-current': 'page' }}
                    className="tk-nav-link"
                    title={t(`nav.${key}`)}
                    {...(onGo ? { onClick: onGo } : {})}
                  >
                    <Shape size={18} stroke={1.6} aria-hidden="true" />
                    <span className="tk-nav-text">{t(`nav.${key}`)}</span>
                    {key === 'enrollment' ? <WaitingCount /> : null}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

/** Machines that somebody must approve: the one number that asks for an act. */
function WaitingCount() {
  const { t } = useTranslation();
  const formats = useFormats();
  const count = useWaitingCount();
  if (!count) return null;
  return (
    <span className="tk-nav-count">
      {formats.number(count)}
      <span className="tk-visually-hidden"> {t('nav.waiting')}</span>
    </span>
  );
}
