import { problemOf } from '../api/problem.ts';
import { useSentences } from '../i18n/problem-texts.ts';
import { ProblemView } from './ProblemView.tsx';

interface Props {
  readonly error: unknown;
  /** The name of a field as the form shows it. */
  readonly labelOf: (field: string) => string;
}

/** A refused draft: what is wrong, field by field. */
export function ProblemList({ error, labelOf }: Props) {
  const { problemSentenceText } = useSentences();
  const { problems = [] } = problemOf(error);
  return (
    <div className="tk-stack">
      <ProblemView error={error} />
      {problems.length > 0 ? (
        <ul className="tk-warnings">
          {problems.map((problem) => (
            <li key={`${problem.field} ${problem.code}`}>
              <b>{labelOf(problem.field)}</b>: {problemSentenceText(problem)}
              {problem.suggestion ? ` → ${problem.suggestion}` : ''}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
