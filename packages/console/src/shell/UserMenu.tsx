import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import {
  IconChevronUp,
  IconHelp,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSun,
  IconSunMoon,
  IconUserCircle,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { leave, useSession } from '../features/session/session.queries.ts';
import { changeLanguage } from '../i18n/index.ts';
import { languageNames, languages } from '../i18n/language.ts';
import './UserMenu.css';

const schemes = [
  ['light', IconSun],
  ['dark', IconMoon],
  ['auto', IconSunMoon],
] as const;

/** Who is signed in; the look and the language of the console. */
export function UserMenu({ onHelp }: { readonly onHelp: () => void }) {
  const { t, i18n } = useTranslation();
  const { data: session } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const navigate = useNavigate();
  if (!session) return null;
  const { name, displayName, role } = session.user;
  return (
    <Menu position="top-start" width={220} withinPortal>
      <Menu.Target>
        <UnstyledButton className="tk-user" title={t('shell.userMenu', { name })}>
          <IconUserCircle size={20} stroke={1.5} aria-hidden="true" />
          <span className="tk-nav-text tk-user-text">
            <span>{displayName || name}</span>
            <span className="tk-muted">{t(`roles.${role}`)}</span>
          </span>
          <IconChevronUp size={14} className="tk-nav-text" aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconUserCircle size={16} stroke={1.6} />}
          onClick={() => void navigate({ to: '/account' })}
        >
          {t('nav.account')}
        </Menu.Item>
        <Menu.Item leftSection={<IconHelp size={16} stroke={1.6} />} onClick={onHelp}>
          {t('keys.title')}
        </Menu.Item>
        <Menu.Label>{t('shell.language')}</Menu.Label>
        {languages.map((language) => (
          <Menu.Item
            key={language}
            role="menuitemradio"
            aria-checked={i18n.language === language}
            lang={language}
            leftSection={<IconLanguage size={16} stroke={1.6} />}
            onClick={() => void changeLanguage(language)}
            {...(i18n.language === language ? { fw: 600 } : {})}
          >
            {languageNames[language]}
          </Menu.Item>
        ))}
        <Menu.Label>{t('shell.look')}</Menu.Label>
        {schemes.map(([scheme, Shape]) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={colorScheme === scheme}
            leftSection={<Shape size={16} stroke={1.6} />}
            onClick={() => setColorScheme(scheme)}
            {...(colorScheme === scheme ? { fw: 600 } : {})}
          >
            {t(`shell.looks.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={16} stroke={1.6} />}
          onClick={() => void leave().then(() => navigate({ to: '/sign-in' }))}
        >
          {t('session.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
