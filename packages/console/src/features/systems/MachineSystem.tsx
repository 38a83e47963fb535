import { Link } from '@tanstack/react-router';
import { firewallGuide } from '@tenkai/domain/os-matrix/firewall-guide.ts';
import type { SystemMatch } from '@tenkai/domain/os-matrix/system-row.ts';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { Loaded } from '../../ui/Loaded.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { SystemAnswers, SystemNotes } from './SystemAnswers.tsx';
import { useSystemOfMachine } from './systems.queries.ts';

/** The machine's row of the matrix, with the notes that hold at its service pack. */
export function MachineSystem({ machineId }: { readonly machineId: string }) {
  const { t } = useTranslation();
  const query = useSystemOfMachine(machineId);
  return (
    <section className="tk-panel">
      <h2>{t('systems.ofMachine')}</h2>
      <Loaded query={query}>{({ match }) => (match ? <Match match={match} /> : null)}</Loaded>
    </section>
  );
}

function Match({ match }: { readonly match: SystemMatch }) {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  const { row, notes, warnings } = match;
  return (
    <>
      {warnings.map((warning) => (
        <p key={warning.code} className="tk-panel-body">
          <StateLabel kind="waiting" text={t('systems.unlisted')} /> {reasonText(warning)}
        </p>
      ))}
      {row ? (
        <>
          <p className="tk-panel-body">
            <Link to="/systems/$systemKey" params={{ systemKey: row.key }}>
              {row.name} ({row.architecture})
            </Link>
          </p>
          <SystemAnswers row={row} />
          <div className="tk-panel-body">
            <SystemNotes notes={notes} />
            <h3 className="tk-subheading">{t('systems.firewallByHand')}</h3>
            <p>{t(`systems.firewallGuides.${firewallGuide(row)}`)}</p>
          </div>
        </>
      ) : null}
    </>
  );
}
