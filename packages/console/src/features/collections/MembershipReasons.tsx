import '@tenkai/domain/collection/membership.ts';
import { reasonSentence } from '@tenkai/domain/reason.ts';
import type { MembershipExplanation } from '@tenkai/protocol/api/collections.ts';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { Loaded } from '../../ui/Loaded.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { useExplanation } from './collections.queries.ts';

interface Props {
  readonly collectionId: string;
  readonly machineId: string;
}

/** Why a machine is, or is not, in a collection: from the function that decides it. */
export function MembershipReasons({ collectionId, machineId }: Props) {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  const query = useExplanation(collectionId, machineId);
  return (
    <Loaded query={query}>
      {({ isMember, reasons }) => (
        <div className="tk-stack">
          <StateLabel
            kind={isMember ? 'succeeded' : 'neutral'}
            text={isMember ? t('collections.isMember') : t('collections.isNotMember')}
          />
          <ul>
            {reasons.map((reason) => (
              <li key={`${reason.code} ${reason.sentence}`}>
                {reasonText(reason, reason.sentence)}
                <span className="tk-mono tk-muted tk-because">{becauseOf(reason)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Loaded>
  );
}

/** What the site says beyond the sentence of the code: the answer of a query, comparison by comparison. */
function becauseOf({ code, params, sentence }: MembershipExplanation['reasons'][number]): string {
  const base = `${reasonSentence({ code, params })} `;
  return sentence.startsWith(base) ? sentence.slice(base.length) : '';
}
