import { useQuery } from '@tanstack/react-query';
import { getSiteHealth } from '@tenkai/protocol/api/site-health.ts';
import { call } from '../../api/client.ts';

/** The site tells when something turns; what is old by then is not told by anybody. */
const againMs = 60_000;

export function useSiteHealth() {
  return useQuery({
    queryKey: ['site-health'],
    queryFn: ({ signal }) => call(getSiteHealth, { signal }),
    refetchInterval: againMs,
  });
}
