import { Button, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useDraftProblems } from './draft-problems.ts';
import type { TabProps } from './tab-props.ts';

/** A wrong date is never corrected in silence: what would be right is offered (BPKG-08, BPKG-09). */
export function ReleaseDateField({ draft, onChange }: TabProps) {
  const { t } = useTranslation();
  const problems = useDraftProblems();
  const suggestion = problems.problemAt('releaseDate')?.suggestion;
  return (
    <div>
      <TextInput
        label={t('packages.fields.releaseDate')}
        description={t('packages.help.releaseDate')}
        placeholder="2026/04/01"
        maxLength={32}
        value={draft.releaseDate}
        error={problems.at('releaseDate')}
        onChange={(event) => onChange({ releaseDate: event.currentTarget.value })}
      />
      {suggestion ? (
        <Button
          size="compact-sm"
          variant="default"
          mt={4}
          onClick={() => onChange({ releaseDate: suggestion })}
        >
          {t('packages.useSuggestion', { value: suggestion })}
        </Button>
      ) : null}
    </div>
  );
}
