import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Command, useActCommands, usePlaceCommands } from './commands.tsx';
import { useFoundObjects } from './use-found-objects.tsx';

const pauseMs = 200;
const mostOfAGroup = 8;

/** Ctrl K: every place, every act, and machines, packages, scenarios and deployments by name. */
export function CommandPalette() {
  const { t } = useTranslation();
  const [query, setQuery] = useState('');
  const [searched] = useDebouncedValue(query.trim(), pauseMs);
  const places = usePlaceCommands();
  const acts = useActCommands();
  const found = useFoundObjects(searched);
  const groups: SpotlightActionGroupData[] = [
    { group: t('palette.places'), actions: matching(places, query) },
    { group: t('palette.acts'), actions: matching(acts, query) },
    ...found,
  ].filter(({ actions }) => actions.length > 0);
  return (
    <Spotlight
      actions={groups}
      query={query}
      onQueryChange={setQuery}
      filter={(_, all) => all}
      shortcut={['mod + K']}
      tagsToIgnore={[]}
      nothingFound={t('palette.nothing')}
      scrollable
      maxHeight={420}
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.6} aria-hidden="true" />,
        placeholder: t('palette.placeholder'),
        'aria-label': t('palette.placeholder'),
      }}
    />
  );
}

/** Every word of the query is somewhere in the name or in the other words. */
function matching(commands: readonly Command[], query: string): SpotlightActionData[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  return commands
    .filter(({ label, words = '' }) => {
      const text = `${label} ${words}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .slice(0, wanted.length === 0 ? undefined : mostOfAGroup)
    .map(({ words: _words, ...action }) => action);
}
