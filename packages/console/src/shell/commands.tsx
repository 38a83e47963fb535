import { useMantineColorScheme } from '@mantine/core';
import { IconLanguage, IconLogout, IconPlus, IconRocket, IconSunMoon } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { leave, useMay } from '../features/session/session.queries.ts';
import { changeLanguage } from '../i18n/index.ts';
import { languageNames, languages } from '../i18n/language.ts';
import { places } from './places.ts';

/** A line of the palette. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** Other words for the same place, those of the old products among them. */
  readonly words?: string;
  readonly leftSection: ReactNode;
  readonly onClick: () => void;
}

export function usePlaceCommands(): Command[] {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  return places
    .filter((place) => may(place.permission))
    .map(({ key, to, icon: Shape }) => ({
      id: `place-${key}`,
      label: t(`nav.${key}`),
      description: t(`palette.about.${key}`),
      words: t(`palette.words.${key}`),
      leftSection: <Shape size={18} stroke={1.6} aria-hidden="true" />,
      onClick: () => void navigate({ to }),
    }));
}

const newThings = [
  { key: 'newDeployment', to: '/deployments/new', permission: 'operate' },
  { key: 'newPackage', to: '/packages/new', permission: 'manage-packages' },
  { key: 'newScenario', to: '/scenarios/new', permission: 'manage-scenarios' },
  { key: 'newCollection', to: '/collections/new', permission: 'manage-collections' },
  { key: 'newPush', to: '/machines/pushes/new', permission: 'push-agents' },
] as const;

export function useActCommands(): Command[] {
  const { t, i18n } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const nextScheme = colorScheme === 'dark' ? 'light' : 'dark';
  return [
    ...newThings
      .filter(({ permission }) => may(permission))
      .map(({ key, to }) => ({
        id: key,
        label: t(`palette.${key}`),
        words: t(`palette.words.${key}`),
        leftSection: key === 'newDeployment' ? <IconRocket size={18} stroke={1.6} /> : <IconPlus size={18} />,
        onClick: () => void navigate({ to }),
      })),
    ...languages
      .filter((language) => language !== i18n.language)
      .map((language) => ({
        id: `language-${language}`,
        label: languageNames[language],
        words: 'language 言語',
        leftSection: <IconLanguage size={18} stroke={1.6} />,
        onClick: () => void changeLanguage(language),
      })),
    {
      id: 'look',
      label: t(`palette.look.${nextScheme}`),
      leftSection: <IconSunMoon size={18} stroke={1.6} />,
      onClick: () => setColorScheme(nextScheme),
    },
    {
      id: 'sign-out',
      label: t('session.signOut'),
      leftSection: <IconLogout size={18} stroke={1.6} />,
      onClick: () => void leave().then(() => navigate({ to: '/sign-in' })),
    },
  ];
}
