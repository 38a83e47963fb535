import { getRouteApi, Link } from '@tanstack/react-router';
import { firewallGuide } from '@tenkai/domain/os-matrix/firewall-guide.ts';
import type { SystemRow } from '@tenkai/domain/os-matrix/system-row.ts';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../ui/Facts.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { levelText } from './level-text.ts';
import { SystemAnswers, SystemNotes } from './SystemAnswers.tsx';
import { useSystem } from './systems.queries.ts';

const route = getRouteApi('/inside/systems/$systemKey');

/** One row of the matrix, with every reason and caution. */
export function SystemPage() {
  const { systemKey } = route.useParams();
  const query = useSystem(systemKey);
  return (
    <div className="tk-page">
      <Loaded query={query}>{(row) => <Content row={row} />}</Loaded>
    </div>
  );
}

function Content({ row }: { readonly row: SystemRow }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader
        title={`${row.name} (${row.architecture})`}
        trail={<Link to="/systems">{t('nav.systems')}</Link>}
      />
      <div className="tk-columns">
        <section className="tk-panel">
          <h2>{t('machines.sections.system')}</h2>
          <Facts
            facts={[
              { label: t('common.id'), value: <span className="tk-mono">{row.key}</span> },
              { label: t('machines.facts.edition'), value: row.editions.join(', ') },
              {
                label: t('systems.servicePacks'),
                value: row.servicePacks.map((level) => levelText(t, level)).join(', '),
              },
              ...(row.servicePackNeeds ?? []).map(({ level, oneOf }) => ({
                label: t('systems.needs', { level }),
                value: oneOf.map((one) => levelText(t, one)).join(t('systems.or')),
              })),
              { label: t('systems.firewall'), value: t(`systems.firewalls.${row.firewall}`) },
              {
                label: t('systems.firewallByHand'),
                value: t(`systems.firewallGuides.${firewallGuide(row)}`),
              },
              { label: t('systems.since'), value: row.minimumVersion },
            ]}
          />
        </section>
        <section className="tk-panel">
          <h2>{t('systems.what')}</h2>
          <SystemAnswers row={row} />
        </section>
        <section className="tk-panel">
          <h2>{t('systems.notes')}</h2>
          <SystemNotes notes={row.notes} />
        </section>
      </div>
    </>
  );
}
