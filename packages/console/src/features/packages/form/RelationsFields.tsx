import { TagsInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePackages } from '../packages.queries.ts';
import { useDraftProblems } from './draft-problems.ts';
import type { TabProps } from './tab-props.ts';

/** `SP1 | SP2` on a tag stands for one requirement that either fulfils. */
const separator = ' | ';

/** What comes before a package and what it makes needless: the chains of automatic update (BAUT-13). */
export function RelationsFields({ draft, onChange }: TabProps) {
  const { t } = useTranslation();
  const problems = useDraftProblems();
  const { requires = [], supersedes = [] } = draft;
  const others = (usePackages().data?.items ?? []).map(({ id }) => id).filter((id) => id !== draft.id);
  const wrong = requires.map((_, index) => problems.at(`requires[${index}]`)).find((text) => text);
  return (
    <>
      <TagsInput
        label={t('packages.fields.needs')}
        description={t('packages.help.needs')}
        data={others}
        value={requires.map(({ anyOf }) => anyOf.join(separator))}
        onChange={(tags) => onChange({ requires: tags.map(toRequirement) })}
        error={wrong}
      />
      <TagsInput
        label={t('packages.fields.supersedes')}
        description={t('packages.help.supersedes')}
        data={others}
        value={supersedes}
        onChange={(ids) => onChange({ supersedes: ids })}
        error={problems.at('supersedes')}
      />
    </>
  );
}

function toRequirement(tag: string) {
  return { anyOf: tag.split('|').flatMap((id) => id.trim() || []) };
}
