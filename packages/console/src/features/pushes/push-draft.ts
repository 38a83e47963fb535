import { splitProperties } from '@tenkai/domain/assignment/properties.ts';
import { readHostList } from '@tenkai/domain/push/host-list.ts';
import { readPushProperties } from '@tenkai/domain/push/push-properties.ts';
import type { HostKeyPolicy, PushCredentials, PushRequest } from '@tenkai/protocol/api/pushes.ts';
import type { TFunction } from 'i18next';

/** What the form of a new push holds; how to sign in is kept apart from it. */
export interface PushDraft {
  /** Machines, as they were pasted. */
  readonly machines: string;
  readonly includesManaged: boolean;
  readonly user: string;
  readonly hostKeys: HostKeyPolicy;
  readonly knownHosts: string;
  /** Undefined: nobody has changed what is shown. */
  readonly managementPoint: string | undefined;
  /** `NAME=VALUE`, as they were typed. */
  readonly properties: string;
  readonly parallel: number;
  readonly retries: number;
}

export const firstDraft: PushDraft = {
  machines: '',
  includesManaged: false,
  user: 'root',
  hostKeys: 'ask',
  knownHosts: '',
  managementPoint: undefined,
  properties: '',
  parallel: 8,
  retries: 2,
};

export interface SectionProps {
  readonly draft: PushDraft;
  readonly onChange: (part: Partial<PushDraft>) => void;
}

export const hostsOf = ({ machines }: PushDraft) => readHostList(machines);

/** What is wrong with properties as they are typed. */
export const propertyProblems = (text: string) => readPushProperties(splitProperties(text)).problems;

/** The address that such a line names for the site. */
export const addressIn = (line: string) => readPushProperties(splitProperties(line)).properties.MP;

/** Whether enough is said for a beginning. */
export const isComplete = (draft: PushDraft) =>
  hostsOf(draft).length > 0 && draft.user.trim() !== '' && propertyProblems(draft.properties).length === 0;

export function requestOf(draft: PushDraft, credentials: PushCredentials): PushRequest {
  const { machines: _, managementPoint, ...rest } = draft;
  const address = managementPoint === undefined || managementPoint === '' ? [] : [`MP=${managementPoint}`];
  return {
    ...rest,
    user: draft.user.trim(),
    hosts: hostsOf(draft),
    credentials,
    managementPoint: location.origin,
    properties: [...splitProperties(draft.properties), ...address],
  };
}

/** A place in the list by the host that stands there; a property by its own name. */
export const labelOf = (t: TFunction, hosts: readonly string[]) => (field: string) => {
  const index = /^hosts\[(\d+)\]$/.exec(field)?.[1];
  if (index !== undefined) return hosts[Number(index)] ?? field;
  if (field === 'hosts' || field === 'user') return t(`pushes.fields.${field}`);
  return field === 'managementPoint' || field === 'MP' ? t('pushes.fields.managementPoint') : field;
};
