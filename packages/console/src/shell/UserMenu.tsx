import { type MantineColorScheme, Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { IconChevronUp, IconHelp, IconLogout, IconUserCircle } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { leave, useSession } from '../features/session/session.queries.ts';
import { changeLanguage } from '../i18n/index.ts';
import { type Language, languageNames, languages } from '../i18n/language.ts';
import './UserMenu.css';

const schemes = ['light', 'dark', 'auto'] as const;

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
        <Menu.RadioGroup
          value={i18n.language}
          onChange={(language) => void changeLanguage(language as Language)}
        >
          {languages.map((language) => (
            <Menu.RadioItem key={language} value={language} lang={language}>
              {languageNames[language]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Label>{t('shell.look')}</Menu.Label>
        <Menu.RadioGroup
          value={colorScheme}
          onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}
        >
          {schemes.map((scheme) => (
            <Menu.RadioItem key={scheme} value={scheme}>
              {t(`shell.looks.${scheme}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
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
