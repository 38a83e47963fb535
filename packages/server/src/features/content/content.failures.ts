import { defineFailures } from '@tenkai/domain/failure.ts';

/** What can be wrong with a distribution point, and with a request for content. */
export const contentPointFailures = defineFailures({
  'point-url': {
    kind: 'invalid',
    message: '"{url}" is no address of a web server: http:// or https://, without user, query and fragment.',
    remedy: 'Give the address under which agents find objects/ and manifests/.',
  },
  'point-folder': {
    kind: 'invalid',
    message: 'The folder {folder} cannot take content: {reason}.',
    remedy:
      'Make the folder on the server first, outside of the data folder, and let the server write to it.',
  },
  'point-file-view': {
    kind: 'invalid',
    message: 'Plain files can be kept only where the server writes to a folder.',
    remedy: 'Give the folder, or turn the file view off.',
  },
  'point-built-in': {
    kind: 'invalid',
    message: 'Address, folder and file view of the site itself are fixed.',
    remedy: 'Change only its name, its preference, and whether it is used.',
  },
  'point-unknown': {
    kind: 'invalid',
    message: 'There is no distribution point {id}.',
    remedy: 'List the distribution points; it may have been removed.',
  },
  'upload-corrupt': {
    kind: 'invalid',
    message: 'The bytes that arrived are not those of {sha256}.',
    remedy: 'Send the part again; read it again from the disk first.',
  },
  'range-outside': {
    kind: 'invalid',
    message: 'The range asked for lies outside of the file.',
    remedy: 'Ask for the size first.',
  },
});
