import type { ConditionLeaf } from '@tenkai/domain/software/condition.ts';

export const leafKinds = [
  'registry',
  'file-exists',
  'package-installed',
  'package-version',
  'os-release',
] as const;

/** What a new question begins with; the registry's is the one of the old product's guide (BPKG-49). */
export const firstLeaf: Record<ConditionLeaf['kind'], ConditionLeaf> = {
  registry: {
    kind: 'registry',
    key: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion',
    name: 'CSDVersion',
  },
  'file-exists': { kind: 'file-exists', path: '' },
  'package-installed': { kind: 'package-installed', name: '', source: 'dpkg' },
  'package-version': { kind: 'package-version', name: '', source: 'dpkg', operator: '>=', version: '' },
  'os-release': { kind: 'os-release', key: 'ID', operator: '=', value: '' },
};
