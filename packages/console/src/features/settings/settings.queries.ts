import { useMutation, useQuery } from '@tanstack/react-query';
import {
  changeSiteSettings,
  getSite,
  getSiteSettings,
  renameSite,
  type SiteSettings,
} from '@tenkai/protocol/api/site.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';

export function useSite() {
  return useQuery({ queryKey: ['site', 'view'], queryFn: ({ signal }) => call(getSite, { signal }) });
}

export function useSettings() {
  return useQuery({
    queryKey: ['site', 'settings'],
    queryFn: ({ signal }) => call(getSiteSettings, { signal }),
  });
}

const changed = () => tell(new Set(['site']));

export function useRenameSite() {
  return useMutation({
    mutationFn: (name: string) => call(renameSite, { body: { name } }),
    onSuccess: changed,
  });
}

export function useChangeSettings() {
  return useMutation({
    mutationFn: (body: Partial<SiteSettings>) => call(changeSiteSettings, { body }),
    onSuccess: changed,
  });
}
