import { createRouter } from '@tanstack/react-router';
import { deliveryRoutes } from './routes/delivery.tsx';
import { fleetRoutes } from './routes/fleet.tsx';
import { inside, root, setup, signIn } from './routes/roots.tsx';
import { siteRoutes } from './routes/site.tsx';
import { softwareRoutes } from './routes/software.tsx';
import { RouteError } from './shell/RouteError.tsx';

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    setup,
    inside.addChildren([...fleetRoutes, ...softwareRoutes, ...deliveryRoutes, ...siteRoutes]),
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: RouteError,
  scrollRestoration: true,
  scrollToTopSelectors: ['#main'],
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
