import { defineFailures } from '@tenkai/domain/failure.ts';

/** What certfix refuses as a whole; what is wrong with one certificate is a finding (findings.ts). */
export const certificateFailures = defineFailures({
  'certfix-rights-missing': {
    kind: 'forbidden',
    message:
      'certfix needs administrative rights: the certificate stores of the machine are not open to you.',
    remedy: 'Run it as root or from an elevated prompt; or name your own files with --path.',
  },
  'certfix-store-locked': {
    kind: 'unavailable',
    message: 'The certificate store {store} cannot be opened: {reason}.',
    remedy: 'Close what holds the store, check your rights, and run certfix again.',
  },
  'certfix-store-unknown': {
    kind: 'not-found',
    message: 'This machine has no certificate store {store}.',
    remedy: 'Name an existing store, or a folder or file with --path.',
  },
  'certificate-store-refused': {
    kind: 'unavailable',
    message: 'The certificate store {store} refuses it: {reason}.',
    remedy: 'Close what holds the store, and use an elevated prompt; nothing else was changed.',
  },
  'certfix-log-unwritable': {
    kind: 'invalid',
    message: 'The log {file} cannot be written: {reason}.',
    remedy: 'Name a file in a folder that you may write to. Nothing was changed.',
  },
  'certfix-log-twice': {
    kind: 'invalid',
    message: 'The log is given twice.',
    remedy: 'Name it once, as the first word or by --log. Nothing was changed.',
  },
  'certfix-log-cut': {
    kind: 'unavailable',
    message: 'The log {file} could not be written to its end: {reason}. {repaired} repaired, {left} left.',
    remedy: 'Make room on that disk and run certfix again; what was repaired stays repaired.',
  },
  'certfix-unfinished': {
    kind: 'conflict',
    message: '{left} of {checked} entries are not in order.',
    remedy: 'The list and the log say what is wrong with each, and what to do.',
  },
  'certificate-file-changed': {
    kind: 'conflict',
    message: 'The file {file} was changed while it was being repaired.',
    remedy: 'Run certfix again.',
  },
  'certificate-malformed': {
    kind: 'invalid',
    message: 'These bytes are no valid ASN.1: {reason}.',
    remedy: 'Issue or export the certificate again; the file is damaged.',
  },
  'certificate-algorithm-unknown': {
    kind: 'invalid',
    message: 'The encryption {algorithm} is not supported.',
    remedy: 'Export the certificate again with AES-256, or with TripleDES.',
  },
  'certificate-password-wrong': {
    kind: 'invalid',
    message: 'None of the given passwords opens it.',
    remedy: 'Put the password into a file and give --password-file.',
  },
});
