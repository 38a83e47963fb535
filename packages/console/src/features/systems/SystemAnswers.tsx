import { capabilities, type SystemNote, type SystemRow } from '@tenkai/domain/os-matrix/system-row.ts';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { Facts } from '../../ui/Facts.tsx';
import { levelText } from './level-text.ts';
import { VerdictLabel } from './VerdictLabel.tsx';

/** What is possible on a system, each with the reason where it is not. */
export function SystemAnswers({ row }: { readonly row: SystemRow }) {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  return (
    <Facts
      facts={capabilities.map((name) => {
        const { verdict, reason } = row.capabilities[name];
        return {
          label: t(`systems.capabilities.${name}`),
          value: (
            <>
              <VerdictLabel verdict={verdict} />
              {reason ? <div className="tk-muted">{reasonText(reason)}</div> : null}
            </>
          ),
        };
      })}
    />
  );
}

/** Cautions of a system, each with what it is about and at which service packs it holds. */
export function SystemNotes({ notes }: { readonly notes: readonly SystemNote[] }) {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  if (notes.length === 0) return <p className="tk-muted">{t('systems.noNotes')}</p>;
  return (
    <ul>
      {notes.map(({ reason, about, levels }) => (
        <li key={`${reason.code} ${about}`}>
          <strong>{t(`systems.capabilities.${about}`)}</strong>
          {levels ? (
            <span className="tk-muted">
              {' '}
              {t('systems.onlyAt', { levels: levels.map((level) => levelText(t, level)).join(', ') })}
            </span>
          ) : null}
          : {reasonText(reason)}
        </li>
      ))}
    </ul>
  );
}
