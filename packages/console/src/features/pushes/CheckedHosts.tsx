import { Link } from '@tanstack/react-router';
import type { pushRoutes } from '@tenkai/protocol/api/pushes.ts';
import type { ReplyOf } from '@tenkai/protocol/api/route.ts';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { StateLabel } from '../../ui/StateLabel.tsx';
import '../overview/overview.css';

type Checked = ReplyOf<typeof pushRoutes.check>;

/** What the site says of a list before it speaks with any machine. */
export function CheckedHosts({ checked }: { readonly checked: Checked }) {
  const { t } = useTranslation();
  const { problemTexts } = useSentences();
  const { items, packages } = checked;
  return (
    <div className="tk-stack">
      <ul className="tk-overview-list">
        {items.map(({ host, problem, machine, isKeyKnown }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a host may stand there twice, and the list never moves
          <li key={`${index} ${host}`}>
            <span className="tk-mono">{host}</span>
            <span>
              {problem ? (
                <StateLabel kind="failed" text={problemTexts(problem).message} />
              ) : machine ? (
                <Link to="/machines/$machineId" params={{ machineId: machine.id }}>
                  {t('pushes.managedAs', { name: machine.name })}
                </Link>
              ) : (
                <StateLabel kind="neutral" text={t(isKeyKnown ? 'pushes.keyKnown' : 'pushes.keyUnknown')} />
              )}
            </span>
          </li>
        ))}
      </ul>
      {packages.length === 0 ? (
        <p className="tk-callout">{t('pushes.noPackages')}</p>
      ) : (
        <p className="tk-muted">
          {t('pushes.packages')}:{' '}
          {packages.map(({ kind, machine, version }) => `.${kind} ${machine} ${version}`).join(', ')}
        </p>
      )}
    </div>
  );
}
