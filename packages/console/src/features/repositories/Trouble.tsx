import type { PullError } from '@tenkai/protocol/api/repositories.ts';
import { useSentences } from '../../i18n/problem-texts.ts';

/** What the last pull met; an event of the past, so no alert. */
export function Trouble({ error }: { readonly error: PullError }) {
  const { problemTexts } = useSentences();
  const { message, remedy } = problemTexts(error);
  return (
    <p className="tk-panel-body">
      <b>{message}</b> {remedy} {error.detail ? <span className="tk-muted">{error.detail}</span> : null}
    </p>
  );
}
