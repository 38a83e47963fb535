import { isFinal, type StepResult } from '@tenkai/domain/scenario/run-progress.ts';
import { describeDetection } from '@tenkai/domain/software/detection.ts';
import type { RunDetail } from '@tenkai/protocol/api/deployments.ts';
import { useTranslation } from 'react-i18next';
import { foundText, useSentences } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { StateKind } from '../../ui/state-kinds.ts';
import { stepIcons } from '../scenarios/step-icons.ts';
import './RunSteps.css';

type RunStepRow = RunDetail['steps'][number];

const outcomeKinds: Readonly<Record<StepResult['outcome'] | 'pending' | 'running', StateKind>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  skipped: 'neutral',
  cancelled: 'neutral',
  pending: 'faint',
  running: 'running',
};

/** Every step of a run with its result, what was verified, and the last lines that it printed. */
export function RunSteps({ run }: { readonly run: RunDetail }) {
  const { t } = useTranslation();
  return (
    <section className="tk-panel" aria-label={t('runs.stepsTitle')}>
      <h2>{t('runs.stepsTitle')}</h2>
      <ol className="tk-run-steps">
        {run.steps.map((row) => (
          <li key={row.step.index}>
            <StepRow row={row} isOpen={!isFinal(run.status)} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function StepRow({ row, isOpen }: { readonly row: RunStepRow; readonly isOpen: boolean }) {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  const formats = useFormats();
  const { step, result, startedAt } = row;
  const Shape = stepIcons[step.kind];
  const outcome = result?.outcome ?? (startedAt !== null && isOpen ? 'running' : 'pending');
  return (
    <>
      <div className="tk-run-step-head">
        <span className="tk-muted">{step.index + 1}</span>
        <Shape size={16} stroke={1.6} aria-hidden="true" />
        <b>{step.name}</b>
        <span className="tk-muted">{t(`scenarios.kinds.${step.kind}`)}</span>
        {'isDependency' in step && step.isDependency ? (
          <span className="tk-muted">({t('runs.dependency')})</span>
        ) : null}
        <StateLabel kind={outcomeKinds[outcome]} text={t(`runs.outcome.${outcome}`)} />
        {result && result.exitCode !== null ? (
          <span className="tk-muted">{t('runs.exitCode', { code: result.exitCode })}</span>
        ) : null}
        {result ? (
          <span className="tk-muted tk-run-step-took">
            {formats.duration(result.finishedAt - result.startedAt)}
          </span>
        ) : null}
      </div>
      {result?.reason ? <p>{reasonText(result.reason)}</p> : null}
      {result ? <Verification result={result} /> : null}
      {result?.logTail ? (
        <details open={result.outcome === 'failed'}>
          <summary>{t('runs.log')}</summary>
          <pre className="tk-log">{result.logTail}</pre>
        </details>
      ) : null}
    </>
  );
}

function Verification({ result }: { readonly result: StepResult }) {
  const { t } = useTranslation();
  if (result.detection.length === 0) return null;
  return (
    <ul className="tk-list-plain" aria-label={t('runs.detection')}>
      {result.detection.map(({ rule, isDetected, found }) => (
        <li key={describeDetection(rule)} className="tk-row">
          <StateLabel
            kind={isDetected ? 'succeeded' : 'failed'}
            text={isDetected ? t('runs.detected') : t('runs.notDetected')}
          />
          <span className="tk-mono">{describeDetection(rule)}</span>
          {found ? <span className="tk-muted">{t('runs.found', { found: foundText(found) })}</span> : null}
        </li>
      ))}
    </ul>
  );
}
