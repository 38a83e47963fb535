import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import type { MaintenanceWindow } from '@tenkai/domain/schedule/window.ts';
import {
  type CollectionDraft,
  type CollectionRow,
  collectionRoutes,
} from '@tenkai/protocol/api/collections.ts';
import { windowRoutes } from '@tenkai/protocol/api/windows.ts';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';
import { useKeysetList } from '../../api/use-keyset-list.ts';
import { collectionName } from './collection-name.ts';

/** All collections, under the names that they have in the language on the screen. */
export function useCollections() {
  const { t } = useTranslation();
  return useQuery({
    queryKey: ['collections', 'list'],
    queryFn: ({ signal }) => call(collectionRoutes.list, { signal }),
    select: useCallback(
      ({ items }: { items: readonly CollectionRow[] }) => ({
        items: items.map((row) => ({ ...row, name: collectionName(t, row) })),
      }),
      [t],
    ),
  });
}

export function useCollection(id: string) {
  const { t } = useTranslation();
  return useQuery({
    queryKey: ['collections', 'one', id],
    queryFn: ({ signal }) => call(collectionRoutes.get, { params: { id }, signal }),
    select: useCallback((row: CollectionRow) => ({ ...row, name: collectionName(t, row) }), [t]),
  });
}

export function useMembers(id: string, search: string) {
  return useKeysetList(['collections', 'members', id, search], (cursor, limit, signal) =>
    call(collectionRoutes.members, {
      params: { id },
      query: { limit, ...(search ? { search } : {}), ...(cursor ? { cursor } : {}) },
      signal,
    }),
  );
}

/** Who would be in, and what would change, if the draft were saved. Undefined draft: not complete yet. */
export function usePreview(draft: CollectionDraft | undefined, id: string | undefined) {
  return useQuery({
    queryKey: ['collections', 'preview', id, draft],
    queryFn: ({ signal }) =>
      call(collectionRoutes.preview, {
        body: { draft: draft as CollectionDraft, ...(id === undefined ? {} : { id }) },
        signal,
      }),
    enabled: draft !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function useExplanation(id: string, machineId: string | undefined) {
  return useQuery({
    queryKey: ['collections', 'explain', id, machineId],
    queryFn: ({ signal }) =>
      call(collectionRoutes.explain, { params: { id, machineId: machineId ?? '' }, signal }),
    enabled: machineId !== undefined,
  });
}

const changed = () => tell(new Set(['collections']));

export function useCreateCollection() {
  return useMutation({
    mutationFn: (body: CollectionDraft) => call(collectionRoutes.create, { body }),
    onSuccess: changed,
  });
}

export function useUpdateCollection(id: string) {
  return useMutation({
    mutationFn: (body: CollectionDraft & { revision: number }) =>
      call(collectionRoutes.update, { params: { id }, body }),
    onSuccess: changed,
  });
}

export function useRemoveCollection() {
  return useMutation({
    mutationFn: (id: string) => call(collectionRoutes.remove, { params: { id } }),
    onSuccess: () => void changed(),
  });
}

export function useWindows(id: string) {
  return useQuery({
    queryKey: ['collections', 'windows', id],
    queryFn: ({ signal }) => call(windowRoutes.list, { params: { id }, signal }),
  });
}

export function useReplaceWindows(id: string) {
  return useMutation({
    mutationFn: (windows: MaintenanceWindow[]) =>
      call(windowRoutes.replace, { params: { id }, body: { windows } }),
    onSuccess: changed,
  });
}
