import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../api/problem.ts';
import { useSentences } from '../i18n/problem-texts.ts';
import './ProblemView.css';

interface Props {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** A refusal: what happened, the way out, and the code to look up or to report. */
export function ProblemView({ error, onRetry }: Props) {
  const { t } = useTranslation();
  const { problemTexts } = useSentences();
  const problem = problemOf(error);
  const texts = problemTexts(problem);
  return (
    <div className="tk-problem" role="alert">
      <IconAlertTriangle size={20} stroke={1.6} aria-hidden="true" />
      <div className="tk-problem-text">
        <p className="tk-problem-message">{texts.message}</p>
        {problem.detail && !problem.problems ? <p className="tk-problem-detail">{problem.detail}</p> : null}
        <p>{texts.remedy}</p>
        <p className="tk-muted">
          {t('common.problemCode')} <code>{problem.code}</code>
        </p>
        {onRetry ? (
          <Button variant="default" size="xs" onClick={onRetry}>
            {t('common.tryAgain')}
          </Button>
        ) : null}
      </div>
    </div>
  );
}
