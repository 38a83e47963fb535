import type { RunRow } from '@tenkai/protocol/api/deployments.ts';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Countdown } from './Countdown.tsx';

/** Why a run waits, failed or does not apply; while it waits, until when: at the earliest, or for others at the latest. */
export function RunWhy({
  run,
}: {
  readonly run: Pick<RunRow, 'reason' | 'waitsUntil' | 'status' | 'isInGroup'>;
}) {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  const formats = useFormats();
  if (!run.reason) return null;
  const text = reasonText(run.reason);
  const isWaiting = run.status === 'waiting' && run.waitsUntil !== null;
  return (
    <span title={text}>
      {text}
      {isWaiting ? (
        <>
          {' '}
          <span className="tk-muted">
            {run.isInGroup
              ? t('deployments.group.latest', { time: formats.time(run.waitsUntil ?? 0) })
              : t('runs.earliest')}{' '}
            <Countdown until={run.waitsUntil ?? 0} />
          </span>
        </>
      ) : null}
    </span>
  );
}
