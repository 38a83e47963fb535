/**
 * What `tenkai certfix` and `tenkai-agent certfix` say of themselves: one tool, one explanation. Flags and their
 * descriptions, in order.
 */
export const certfixHelp = {
  about: 'repair friendly names of certificates that importers refuse (0x80092024)',
  log: 'file that gets what was found, as the old tool had it',
  options: {
    log: ['--log <file>', 'the same'],
    store: [
      '--store <name>',
      'store of this machine; may be repeated (default: Tenkai, SMS); on Windows CurrentUser\\NAME too',
    ],
    path: ['--path <path>', 'PFX, PEM or DER file, or a folder of them; may be repeated'],
    passwordFile: ['--password-file <file>', 'passwords of PFX files, one in each line'],
    askPassword: ['--ask-password', 'ask for a password'],
    dryRun: ['--dry-run', 'only tell what would be repaired'],
  },
  after: 'The stores of the machine need administrative rights; your own files do not.',
} as const;
