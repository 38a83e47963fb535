import { Link } from '@tanstack/react-router';
import type { LostProperty } from '@tenkai/protocol/api/machines.ts';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../ui/Loaded.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { When } from '../../ui/When.tsx';
import '../overview/overview.css';
import { useLostProperties } from '../machines/machines.queries.ts';

/** Agents that have lost a property with a patch or an installation (AGENT-30); nothing where none has. */
export function LostProperties() {
  const { t } = useTranslation();
  const query = useLostProperties();
  if (query.data?.items.length === 0) return null;
  return (
    <section className="tk-panel">
      <h2>{t('lostProperties.title')}</h2>
      <div className="tk-panel-body tk-muted">{t('lostProperties.text')}</div>
      <Loaded query={query}>
        {({ items }) => (
          <ul className="tk-overview-list">
            {items.map((item) => (
              <LostRow key={`${item.machineId} ${item.property}`} item={item} />
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

function LostRow({ item }: { readonly item: LostProperty }) {
  const { t } = useTranslation();
  const { machineId, machineName, property, value, at, origin, version } = item;
  const by = origins.find((each) => each === origin) ?? 'other';
  return (
    <li>
      <div>
        <Link to="/machines/$machineId" params={{ machineId }}>
          {machineName}
        </Link>{' '}
        <StateLabel kind="failed" text={t(`lostProperties.origins.${by}`)} />
        <div className="tk-muted">
          <span className="tk-mono">
            {property}={value}
          </span>{' '}
          {t('lostProperties.agent', { version })} <When at={at} />
        </div>
      </div>
    </li>
  );
}

const origins = ['patch', 'installation', 'other'] as const;
