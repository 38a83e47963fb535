import { defineFailures } from '@tenkai/domain/failure.ts';

defineFailures({
  'assignment-none': {
    kind: 'not-found',
    message: 'No site was found for this machine: {why}',
    remedy: 'See what each source has said: tenkai-agent assign --explain',
  },
  'directory-file-unreadable': {
    kind: 'invalid',
    message: 'The file {file} cannot be read.',
    remedy: 'Check LDAPSECRET= and LDAPCA=, and the rights of that file.',
  },
});
