import { runFirstId, type StepNode } from '@tenkai/domain/scenario/scenario.ts';
import type { ScenarioDetail } from '@tenkai/protocol/api/scenarios.ts';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { SeverityLabel } from '../status/SeverityLabel.tsx';
import { linesOf } from './step-tree.ts';

interface Props {
  readonly problems: ScenarioDetail['problems'];
  readonly steps: readonly StepNode[];
}

/** What keeps a scenario from being deployed, and cautions (DIST-31, BPKG-15). */
export function ScenarioProblems({ problems, steps }: Props) {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  if (problems.length === 0) return null;
  const numbers = new Map(linesOf(steps).map(({ node, number }) => [node.id, `${number} ${node.name}`]));
  numbers.set(runFirstId, t('scenarios.runFirst.title'));
  return (
    <ul className="tk-warnings" aria-label={t('scenarios.problems')}>
      {problems.map((problem) => (
        <li key={`${problem.stepId} ${problem.code}`}>
          <SeverityLabel severity={problem.severity === 'error' ? 'error' : 'warning'} />{' '}
          <b>{numbers.get(problem.stepId) ?? ''}</b> {reasonText(problem)}
        </li>
      ))}
    </ul>
  );
}
