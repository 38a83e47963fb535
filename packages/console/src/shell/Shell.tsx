import { ActionIcon, Drawer, Kbd, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { openSpotlight } from '@mantine/spotlight';
import { IconMenu2, IconSearch } from '@tabler/icons-react';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { Suspense, useEffect, useRef, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { followSite, liveState } from '../api/live.ts';
import { useSite } from '../features/settings/settings.queries.ts';
import { Brand } from './Brand.tsx';
import { CommandPalette } from './CommandPalette.tsx';
import { KeyHelp } from './KeyHelp.tsx';
import { NavColumn } from './NavColumn.tsx';
import './Shell.css';
import { UserMenu } from './UserMenu.tsx';
import { useGlobalKeys } from './use-global-keys.ts';

/** What is around every page of a signed-in user. */
export function Shell() {
  const { t } = useTranslation();
  const [isMenuOpen, menu] = useDisclosure(false);
  const [isHelpOpen, help] = useDisclosure(false);
  useEffect(followSite, []);
  useGlobalKeys(help.open);
  return (
    <div className="tk-shell">
      <a className="tk-skip" href="#main">
        {t('shell.skip')}
      </a>
      <aside className="tk-side">
        <Link to="/" className="tk-brand">
          <Brand />
          <SiteName />
        </Link>
        <PaletteButton />
        <NavColumn />
        <div className="tk-side-foot">
          <Connection />
          <UserMenu onHelp={help.open} />
        </div>
      </aside>
      <header className="tk-top">
        <ActionIcon variant="subtle" color="gray" size={40} aria-label={t('shell.menu')} onClick={menu.open}>
          <IconMenu2 size={20} />
        </ActionIcon>
        <Brand size={22} />
        <b>Tenkai</b>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={40}
          ml="auto"
          aria-label={t('shell.palette')}
          onClick={openSpotlight}
        >
          <IconSearch size={20} />
        </ActionIcon>
      </header>
      <Drawer
        opened={isMenuOpen}
        onClose={menu.close}
        size={260}
        title="Tenkai"
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <NavColumn onGo={menu.close} />
        <UserMenu onHelp={help.open} />
      </Drawer>
      <Main />
      <CommandPalette />
      <KeyHelp isOpen={isHelpOpen} onClose={help.close} />
    </div>
  );
}

/** After a change of page the keyboard is at its beginning, and a screen reader says where it is. */
function Main() {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <main id="main" ref={main} tabIndex={-1} className="tk-main">
      <Suspense fallback={null}>
        <Outlet />
      </Suspense>
    </main>
  );
}

function SiteName() {
  const { data } = useSite();
  return (
    <span className="tk-brand-text">
      <b>Tenkai</b>
      <span className="tk-muted">{data ? `${data.code} · ${data.name}` : ' '}</span>
    </span>
  );
}

function PaletteButton() {
  const { t } = useTranslation();
  return (
    <UnstyledButton className="tk-palette-button" onClick={openSpotlight} title={t('shell.palette')}>
      <IconSearch size={16} stroke={1.6} aria-hidden="true" />
      <span className="tk-nav-text">{t('shell.find')}</span>
      <Kbd size="xs" className="tk-nav-text" aria-hidden="true">
        Ctrl K
      </Kbd>
    </UnstyledButton>
  );
}

/** Whether this page hears of changes at once; while it does not, it asks. */
function Connection() {
  const { t } = useTranslation();
  const { isConnected } = useSyncExternalStore(liveState.subscribe, liveState.snapshot);
  if (isConnected) return null;
  return (
    <p className="tk-connection" role="status">
      {t('shell.notLive')}
    </p>
  );
}
