import { defineFailures } from '@tenkai/domain/failure.ts';

// Whoever throws takes Failure from here, so that the codes below are known wherever they can arise.
export { Failure } from '@tenkai/domain/failure.ts';

/** Refusals of the content room: hostile or broken manifests, folders, archives and sources. */
export const contentFailures = defineFailures({
  'content-manifest-invalid': {
    kind: 'invalid',
    message: 'The content manifest does not have the expected form.',
    remedy: 'Build the package again with this version of Tenkai; a changed manifest is never used.',
  },
  'content-manifest-mismatch': {
    kind: 'invalid',
    message: 'The content manifest is not the one that was asked for ({contentId}).',
    remedy: 'Compare the manifest on the distribution point with the site, and publish it again.',
  },
  'content-path-empty': {
    kind: 'invalid',
    message: 'A path in the content is empty or has an empty part.',
    remedy: 'Remove doubled, leading and trailing slashes.',
  },
  'content-path-absolute': {
    kind: 'invalid',
    message: 'The path {path} is absolute.',
    remedy: 'Use paths relative to the package.',
  },
  'content-path-traversal': {
    kind: 'invalid',
    message: 'The path {path} leaves its folder.',
    remedy: 'Remove the parts "." and "..".',
  },
  'content-path-drive': {
    kind: 'invalid',
    message: 'The path {path} names a drive.',
    remedy: 'Use paths relative to the package.',
  },
  'content-path-backslash': {
    kind: 'invalid',
    message: 'The path {path} contains a backslash.',
    remedy: 'Separate folders by forward slashes.',
  },
  'content-path-character': {
    kind: 'invalid',
    message: 'The path {path} contains a character that not every system can store.',
    remedy: 'Rename the file without control characters and < > : " | ? *, or put it into an archive.',
  },
  'content-path-reserved': {
    kind: 'invalid',
    message: 'The path {path} uses a name that Windows reserves.',
    remedy: 'Rename the file (CON, PRN, AUX, NUL, COM1, LPT1 and the like), or put it into an archive.',
  },
  'content-path-ending': {
    kind: 'invalid',
    message: 'A part of the path {path} ends with a dot or a blank, which Windows drops.',
    remedy: 'Rename the file or folder.',
  },
  'content-path-too-long': {
    kind: 'invalid',
    message: 'The path {path} is longer than {limitBytes} bytes.',
    remedy: 'Shorten folder or file names.',
  },
  'content-path-not-normal': {
    kind: 'invalid',
    message: 'The path {path} is not in Unicode normal form C.',
    remedy: 'Build the manifest with Tenkai, which normalises names.',
  },
  'content-path-not-unicode': {
    kind: 'invalid',
    message: 'The name {path} is not valid Unicode.',
    remedy: 'Rename the file; its name is in an old encoding.',
  },
  'content-path-duplicate': {
    kind: 'invalid',
    message: 'The paths {path} and {other} are one and the same on Windows.',
    remedy: 'Rename one of them; names must differ by more than upper and lower case.',
  },
  'content-symlink': {
    kind: 'invalid',
    message: '{path} is a symbolic link or junction.',
    remedy: 'Replace the link by the file it stands for.',
  },
  'content-special-file': {
    kind: 'invalid',
    message: '{path} is neither a file nor a folder.',
    remedy: 'Remove devices, sockets and pipes from the folder.',
  },
  'content-folder-missing': {
    kind: 'not-found',
    message: 'There is no folder {path}.',
    remedy: 'Check the path; give a folder, not a file.',
  },
  'content-empty': {
    kind: 'invalid',
    message: 'There is no file in the given folders.',
    remedy: 'Add a folder that contains the files of the package.',
  },
  'content-changed': {
    kind: 'conflict',
    message: '{path} changed while it was being read.',
    remedy: 'Stop the program that writes there, then repeat.',
  },
  'content-too-many-files': {
    kind: 'too-large',
    message: 'The content has more than {limit} files.',
    remedy: 'Pack small files into an archive that the installer expands.',
  },
  'content-too-large': {
    kind: 'too-large',
    message: 'The content is larger than {limitBytes} bytes.',
    remedy: 'Split the package, or raise the limit.',
  },
  'content-chunk-corrupt': {
    kind: 'broken',
    message: 'Part {chunk} of {path} from {source} is not what the manifest promises.',
    remedy: 'Run the content check on that distribution point; it repairs damaged parts.',
  },
  'content-chunk-missing': {
    kind: 'not-found',
    message: 'There is no content part {sha256}.',
    remedy: 'Publish the content to this distribution point again.',
  },
  'content-unreachable': {
    kind: 'unavailable',
    message: 'None of the {sources} sources delivered {what}.',
    remedy: 'Check the distribution points and the network; the download continues where it stopped.',
  },
  'content-refused': {
    kind: 'forbidden',
    message: 'The source {source} refused {what} with status {status}.',
    remedy: 'Check the access rights of the distribution point and the token of the machine.',
  },
  'content-target-exists': {
    kind: 'conflict',
    message: 'The folder {path} exists already.',
    remedy: 'Choose another target, or remove the folder.',
  },
  'content-in-use': {
    kind: 'conflict',
    message: 'The content {contentId} is pinned by {owners}.',
    remedy: 'Wait until the runs that use it have ended.',
  },
  'content-cache-full': {
    kind: 'too-large',
    message:
      'The content needs {neededBytes} bytes; the cache may hold {limitBytes} and {pinnedBytes} are in use.',
    remedy: 'Raise the size of the content cache on this machine.',
  },
  'content-upload-rejected': {
    kind: 'broken',
    message: 'The server answered with content {answered} for the uploaded content {contentId}.',
    remedy: 'Client and server differ in version; update both.',
  },
  'multicast-no-group': {
    kind: 'unavailable',
    message: 'This machine cannot take part in the multicast group {group} with its address {address}.',
    remedy:
      'Check the address, the route for multicast and the ports that other programs use; unicast works meanwhile.',
  },
  'multicast-address-invalid': {
    kind: 'invalid',
    message: '{address} is not a multicast address for sessions.',
    remedy: 'Use an address from 239.0.0.0 to 239.255.255.255, or leave it empty: one is chosen then.',
  },
  'multicast-address-used': {
    kind: 'conflict',
    message:
      'A running session already uses {address}, or an address that network cards cannot tell from it.',
    remedy: 'Leave the address empty: a free one is chosen then; or wait until that session has ended.',
  },
  'multicast-pool-empty': {
    kind: 'unavailable',
    message: 'All addresses and ports for {sessions} multicast sessions are in use.',
    remedy: 'Wait until a session has ended, or enlarge the range in the site settings.',
  },
  'disk-full': {
    kind: 'unavailable',
    message: 'The disk of {path} has {freeBytes} bytes free; {neededBytes} are needed.',
    remedy: 'Free disk space on this machine; the work continues where it stopped.',
  },
  'archive-unknown': {
    kind: 'invalid',
    message: '{path} is not an archive that can be expanded.',
    remedy: 'Use .zip, .tar, .tar.gz or .tar.zst.',
  },
  'archive-broken': {
    kind: 'invalid',
    message: 'The archive {path} is damaged.',
    remedy: 'Make or copy the archive again.',
  },
  'archive-encrypted': {
    kind: 'invalid',
    message: 'The archive {path} is encrypted.',
    remedy: 'Make the archive without a password.',
  },
  'archive-bomb': {
    kind: 'too-large',
    message: 'The archive {path} expands to far more than its size allows.',
    remedy: 'Expand it yourself and register the folder, if you trust it.',
  },
});
