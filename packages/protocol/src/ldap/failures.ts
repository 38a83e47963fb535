import { defineFailures } from '@tenkai/domain/failure.ts';

/** How a directory says no; the agent explains them in `assign --explain`, the command line prints them. */
export const directoryFailures = defineFailures({
  'directory-unreachable': {
    kind: 'unavailable',
    message: 'The directory {server} cannot be reached over TLS.',
    remedy:
      'Check name, port and certificate; the authority of a certificate of your own is given as a file.',
  },
  'directory-refused': {
    kind: 'conflict',
    message: 'The directory {server} has refused to {what}: {result}.',
    remedy: 'Check the name and the secret that were given, the rights of that name, and the schema.',
  },
  'directory-answer-invalid': {
    kind: 'broken',
    message: 'The directory {server} did not answer as a directory does.',
    remedy: 'Check that it is an LDAP server that listens there.',
  },
  'directory-address-wrong': {
    kind: 'invalid',
    message: '{value} is no address of a directory.',
    remedy: 'Give ldaps://NAME/BASE or ldap://NAME/BASE, such as ldaps://dc1.example.org/dc=example,dc=org.',
  },
});
