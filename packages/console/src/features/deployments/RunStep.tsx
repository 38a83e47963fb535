import { isFinal } from '@tenkai/domain/scenario/run-progress.ts';
import type { RunRow } from '@tenkai/protocol/api/deployments.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import './RunStep.css';

/** How far a run is: the step, and for a delivery the bytes with rate and remaining time. */
export function RunStep({ run }: { readonly run: RunRow }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (run.status === 'delivering' && run.progress) {
    const { bytesDone, bytesTotal, bytesPerSecond } = run.progress;
    const restMs = bytesPerSecond > 0 ? ((bytesTotal - bytesDone) / bytesPerSecond) * 1000 : null;
    const fraction = bytesTotal > 0 ? bytesDone / bytesTotal : 0;
    return (
      <span className="tk-run-step">
        <progress value={fraction} aria-label={t('runs.delivered')} />
        <span>
          {formats.percent(fraction)} · {formats.rate(bytesPerSecond)}
          {restMs === null ? '' : ` · ${t('runs.remaining', { time: formats.duration(restMs) })}`}
        </span>
      </span>
    );
  }
  if (run.stepIndex === null || isFinal(run.status)) {
    return <span className="tk-muted">{t('runs.steps', { count: run.stepCount })}</span>;
  }
  return (
    <span className="tk-run-step">
      <progress value={run.stepIndex} max={run.stepCount} aria-label={t('runs.columns.step')} />
      <span>
        {t('runs.stepOf', { step: run.stepIndex + 1, count: run.stepCount })} {run.stepName ?? ''}
      </span>
    </span>
  );
}
