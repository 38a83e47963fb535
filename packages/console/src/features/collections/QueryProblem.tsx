import type { Failure } from '@tenkai/domain/failure.ts';
import { toProblem } from '@tenkai/protocol/problem.ts';
import { useSentences } from '../../i18n/problem-texts.ts';
import './QueryProblem.css';

interface Props {
  readonly query: string;
  readonly problem: Failure;
}

/** Where and why a query cannot be read: the text with the place marked in it. */
export function QueryProblem({ query, problem }: Props) {
  const { problemTexts } = useSentences();
  const position = Number(problem.params.position ?? query.length + 1) - 1;
  return (
    <div role="alert" className="tk-query-problem">
      <pre>
        {query.slice(0, position)}
        <mark>{query.slice(position, position + 1) || ' '}</mark>
        {query.slice(position + 1)}
      </pre>
      <p>{problemTexts(toProblem(problem)).message}</p>
    </div>
  );
}
