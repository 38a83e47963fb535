import { IconMoodSmile } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { Empty } from '../../ui/Empty.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { When } from '../../ui/When.tsx';
import { SeverityLabel } from '../status/SeverityLabel.tsx';
import { useNewestStatus } from '../status/status.queries.ts';
import './overview.css';

const mostShown = 8;

/** The newest errors and warnings of the site and its machines. */
export function RecentProblems() {
  const { t } = useTranslation();
  const { statusText } = useSentences();
  const query = useNewestStatus(mostShown);
  return (
    <section className="tk-panel" aria-label={t('overview.problems')}>
      <h2>
        <Link to="/status" search={{ severity: 'error' }}>
          {t('overview.problems')}
        </Link>
      </h2>
      <Loaded query={query}>
        {(messages) =>
          messages.length === 0 ? (
            <Empty icon={IconMoodSmile} title={t('overview.noProblems')} />
          ) : (
            <ul className="tk-overview-list">
              {messages.map((message) => (
                <li key={message.seq}>
                  <span>
                    <SeverityLabel severity={message.severity} /> {statusText(message)}{' '}
                    {message.machineId ? (
                      <Link to="/machines/$machineId" params={{ machineId: message.machineId }}>
                        {message.machineName ?? message.machineId}
                      </Link>
                    ) : null}
                  </span>
                  <span className="tk-muted">
                    <When at={message.at} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
