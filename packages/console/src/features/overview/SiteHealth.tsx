import type { SiteHealth as Health } from '@tenkai/protocol/api/site-health.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { HostFirewall } from './HostFirewall.tsx';
import { useSiteHealth } from './site-health.queries.ts';
import './overview.css';

/** The state of the site itself (BSRV-21). Where nobody is to look and nothing is lost there is nothing to show. */
export function SiteHealth() {
  const { t } = useTranslation();
  const { data } = useSiteHealth();
  if (!data || (data.firewall.cause === 'off' && !data.lostContact)) return null;
  return (
    <section className="tk-panel" aria-label={t('overview.health.title')}>
      <h2>{t('overview.health.title')}</h2>
      <ul className="tk-overview-list">
        {data.lostContact ? <LostContact lost={data.lostContact} firewall={data.firewall} /> : null}
        {data.firewall.cause === 'off' ? null : <HostFirewall firewall={data.firewall} />}
      </ul>
    </section>
  );
}

interface Props {
  readonly lost: NonNullable<Health['lostContact']>;
  readonly firewall: Health['firewall'];
}

function LostContact({ lost, firewall }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { machines, of } = lost;
  const rules = [...new Set(firewall.missing.map(({ rule }) => rule))].join(', ');
  return (
    <li>
      <span role="alert">
        <StateLabel kind="failed" text={t('overview.health.contactLost')} />{' '}
        {t('overview.health.lost', { machines, of, since: formats.dateTime(lost.since) })}{' '}
        {lost.isByFirewall ? t('overview.health.byFirewall', { rules }) : t('overview.health.unknownCause')}
      </span>
    </li>
  );
}
