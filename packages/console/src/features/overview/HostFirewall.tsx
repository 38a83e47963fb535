import type { SiteHealth } from '@tenkai/protocol/api/site-health.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { CopyText } from '../../ui/CopyText.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { StateKind } from '../../ui/state-kinds.ts';
import { When } from '../../ui/When.tsx';
import './overview.css';

type Firewall = SiteHealth['firewall'];

const kinds: Readonly<Record<Firewall['state'], StateKind>> = {
  open: 'succeeded',
  closed: 'failed',
  'not-checked': 'waiting',
};

/** Whether the firewall of the server's host lets in what the site needs; where not, which rules and the way out. */
export function HostFirewall({ firewall }: { readonly firewall: Firewall }) {
  const { t } = useTranslation();
  const { state, checkedAt } = firewall;
  return (
    <li>
      <span role={state === 'closed' ? 'alert' : undefined}>
        <StateLabel kind={kinds[state]} text={t(`overview.health.states.${state}`)} />{' '}
        <Sentence {...firewall} />
      </span>
      {checkedAt === null ? null : (
        <span className="tk-muted">
          {t('overview.health.checked')} <When at={checkedAt} />
        </span>
      )}
      {state === 'closed' ? <WayOut {...firewall} /> : null}
    </li>
  );
}

function Sentence({ state, cause, since, active }: Firewall) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (state === 'not-checked') return t(`overview.health.causes.${cause ?? 'never'}`);
  const firewalls = active.join(', ');
  if (state === 'closed')
    return t('overview.health.closed', { firewalls, since: since === null ? '' : formats.dateTime(since) });
  return firewalls === '' ? t('overview.health.noFirewall') : t('overview.health.open', { firewalls });
}

/** A rule that no command can open has a way out of its own. */
function WayOut({ missing, repair }: Firewall) {
  const { t } = useTranslation();
  return (
    <div className="tk-overview-bar tk-stack">
      <ul>
        {missing.map(({ rule, firewall, where, remedy }) => (
          <li key={`${rule} ${firewall} ${where}`}>
            <span className="tk-mono">{rule}</span>{' '}
            <span className="tk-muted">
              {firewall}, {where}
            </span>
            {remedy === repair ? null : <div>{remedy}</div>}
          </li>
        ))}
      </ul>
      <span>{t('overview.health.repair')}</span>
      <div className="tk-command">
        <code className="tk-log">{repair}</code>
        <CopyText value={repair} />
      </div>
    </div>
  );
}
