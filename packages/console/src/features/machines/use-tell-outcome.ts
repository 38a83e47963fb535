import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';

interface Outcome {
  readonly accepted: boolean;
  readonly code: string | null;
}

/** Says how an act on many machines went: how many took it, and why the others did not. */
export function useTellOutcome(): (act: string, results: readonly Outcome[]) => void {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  return (act, results) => {
    const taken = results.filter(({ accepted }) => accepted).length;
    const byCode = Map.groupBy(
      results.filter(({ code }) => code !== null),
      ({ code }) => code ?? '',
    );
    const lines = [
      t('machines.outcome', { taken, count: results.length }),
      ...[...byCode].map(([code, same]) => `${same.length} × ${reasonText({ code })}`),
    ];
    notifications.show({ title: act, message: lines.join('\n'), style: { whiteSpace: 'pre-line' } });
  };
}
