import { MantineProvider, MantineThemeProvider, Notification } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { onSignedOut, queryClient } from './api/query-client.ts';
import { forgetSession } from './features/session/session.queries.ts';
import { router } from './router.tsx';
import { cssVariablesResolver, theme } from './theme.ts';

onSignedOut(forgetSession);

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Messages />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** Short messages at the edge; the button that closes one has a name for screen readers. */
function Messages() {
  const { t } = useTranslation();
  const closeButtonProps = { 'aria-label': t('common.close') };
  const components = { Notification: Notification.extend({ defaultProps: { closeButtonProps } }) };
  return (
    <MantineThemeProvider theme={{ components }} inherit>
      <Notifications position="bottom-right" autoClose={6000} />
    </MantineThemeProvider>
  );
}
