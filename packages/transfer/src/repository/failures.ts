import { defineFailures } from '@tenkai/domain/failure.ts';

export { Failure } from '@tenkai/domain/failure.ts';

/** Refusals of package repositories: those of the site that pulls, and those of the publisher's tool. */
export const repositoryFailures = defineFailures({
  'repository-unreachable': {
    kind: 'unavailable',
    message: 'The repository does not deliver {path}: {reason}.',
    remedy: 'Check address, network and web server; the next pull goes on where this one stopped.',
  },
  'repository-missing': {
    kind: 'not-found',
    message: 'There is no repository in {folder}.',
    remedy: 'Make one: tenkai repository init {folder}',
  },
  'repository-exists': {
    kind: 'conflict',
    message: 'The folder {folder} is not empty, or holds a repository already.',
    remedy: 'Choose an empty folder; publish to a repository that exists with tenkai package publish.',
  },
  'repository-invalid': {
    kind: 'broken',
    message: 'The file {path} of the repository does not have the expected form.',
    remedy: 'Update this site, or have the publisher run tenkai repository verify.',
  },
  'repository-key-unknown': {
    kind: 'forbidden',
    message: 'The repository is signed by {found}, not by the key {fingerprint} that is trusted here.',
    remedy: 'Ask the publisher, on another way than the network, for the fingerprint of the key.',
  },
  'repository-signature': {
    kind: 'broken',
    message: 'The signature of the repository index is wrong: it was changed after it was signed.',
    remedy: 'Nothing of it is used. Have the publisher run tenkai repository verify on the original.',
  },
  'repository-expired': {
    kind: 'broken',
    message: 'The repository index {version} expired at {expiresAt}.',
    remedy:
      'Have the publisher run tenkai repository refresh; where that was done, somebody withholds the new index. Check the clock of this site, too.',
  },
  'repository-rolled-back': {
    kind: 'broken',
    message: 'The repository offers index {version}, but {known} was seen before.',
    remedy:
      'An old copy is served: publish the current one there. After a loss of the original, publish until the number is above {known}.',
  },
  'repository-forked': {
    kind: 'broken',
    message: 'The repository offers another index {version} than was seen before under the same number.',
    remedy:
      'Two copies were published to independently, or somebody has the key. Publish again from one folder, or change the key.',
  },
  'repository-file-wrong': {
    kind: 'broken',
    message: 'The file {path} of the repository is not what the signed index promises.',
    remedy: 'It is not used. Have the publisher copy the repository again, whole.',
  },
  'repository-key-inside': {
    kind: 'invalid',
    message: 'The key {path} would lie inside of the repository and be published with it.',
    remedy: 'Keep the key elsewhere, such as ~/.config/tenkai, and better on a machine without a network.',
  },
  'repository-key-open': {
    kind: 'invalid',
    message: 'Others can read the key {path}.',
    remedy: 'Make it yours alone: chmod 600 {path}. Where others may have read it, change the key.',
  },
  'repository-key-file': {
    kind: 'invalid',
    message: 'The key {path} cannot be used: {reason}.',
    remedy: 'Give the file that tenkai repository init has made, by --key.',
  },
});
