import { defineFailures } from '@tenkai/domain/failure.ts';

/** What a site refuses about repositories; what is wrong with a repository itself is in transfer/repository. */
export const siteRepositoryFailures = defineFailures({
  'repository-url': {
    kind: 'invalid',
    message:
      '"{url}" is no address of a repository: https://, http:// or file:///, without user, query and fragment.',
    remedy: 'Give the address of the folder in which index.json lies.',
  },
  'repository-ca': {
    kind: 'invalid',
    message: 'These are no certificates in PEM form.',
    remedy: 'Give the text of the certificate file, or none for the authorities that the system trusts.',
  },
  'repository-time-zone': {
    kind: 'invalid',
    message: 'There is no time zone "{timeZone}".',
    remedy: 'Give a name such as Asia/Tokyo or UTC.',
  },
  'repository-name': {
    kind: 'invalid',
    message: 'The name of a repository consists of letters, digits, "-", "_" and ".".',
    remedy: 'Choose a short name; packages carry it as their origin.',
  },
  'repository-disabled': {
    kind: 'conflict',
    message: 'The repository {name} is switched off.',
    remedy: 'Switch it on first.',
  },
  'repository-package-newer': {
    kind: 'invalid',
    message: 'The description of the package {id} has fields that this version of Tenkai does not know.',
    remedy: 'Update this site.',
  },
  'repository-package-older': {
    kind: 'broken',
    message: 'The repository offers {offered} of the package {id}, but {known} was taken before.',
    remedy: 'Have the publisher publish the package again; nothing is replaced by something older.',
  },
  'repository-not-waiting': {
    kind: 'conflict',
    message: 'The package {id} does not wait for this decision: it is {state}.',
    remedy: 'Load the list again.',
  },
  'repository-pull-broken': {
    kind: 'broken',
    message: 'The pull has failed: {reason}.',
    remedy: 'Look into the log of the server; the next pull tries again.',
  },
});
