import { newPackageDraft, newProgram } from './new-draft.ts';
import type { PackageDraft } from './software-package.ts';

/** Packages that are ready made in every site (IDENT-18, IDENT-20): nothing has to be fetched or copied by hand. */
export const builtInPackages: readonly PackageDraft[] = [
  newPackageDraft({
    id: 'tenkai-certfix',
    name: 'certfix',
    publisher: 'Tenkai',
    version: '1',
    type: 'tool',
    summary:
      'Repairs friendly names of certificates that importers refuse (0x80092024), in the stores Tenkai and SMS. ' +
      '証明書のフレンドリ名を修復します。',
    programs: [certfixProgram()],
  }),
];

/** IDENT-19: hidden, whether or not a user is logged on, with administrative rights; only the last must stay. */
function certfixProgram() {
  return newProgram({
    name: 'certfix',
    parameters: 'tenkai-agent certfix',
    options: {
      window: 'hidden',
      logon: 'whether-or-not',
      rights: 'administrator',
      maxRunTimeMinutes: 30,
    },
    mandatoryOptions: ['rights'],
  });
}
